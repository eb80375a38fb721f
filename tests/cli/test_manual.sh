#!/bin/bash
# The manual page: its sections, every command and option, examples that can be typed, clean roff.
# Usage: test_manual.sh PKTBENCH
set -u
pktbench=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    echo "FAIL: $*" >&2
    failures=$((failures + 1))
}

"$pktbench" help --man >pktbench.1 || fail "help --man"
sections=$(sed -n 's/^\.SH "\?\([A-Z ]*\)"\?$/\1/p' pktbench.1 | paste -s -d ,)
[ "$sections" = "NAME,SYNOPSIS,DESCRIPTION,COMMANDS,OPTIONS,EXAMPLES,FILES,EXIT STATUS,ENVIRONMENT,SEE ALSO" ] ||
    fail "sections: $sections"
[ "$(sed -n '/^\.SH "EXIT/,/^\.SH ENV/s/^\.B \(.\)$/\1/p' pktbench.1 | paste -s -d ' ')" = "0 1 2" ] ||
    fail "exit statuses"

# As --help has them.
sed 's/\\-/-/g' pktbench.1 >plain
for command in $("$pktbench" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    sed -n "/^\.SS pktbench $command /,/^\.S[SH] [^p]/p" plain >part
    [ -s part ] || fail "no section of $command"
    for option in $("$pktbench" "$command" --help | sed -n 's/^  \(--\?[A-Za-z][A-Za-z-]*\).*/\1/p'); do
        [ "$option" = --help ] || grep -q "^\\\\fB$option\\\\fR" part || fail "$command has no $option"
    done
done

# Commands and options of the examples are real.
sed -n '/^\.EX/,/^\.EE/{/^pktbench /p}' plain | sed "s/\\\\(aq/'/g" >examples
[ "$(wc -l <examples)" -ge 6 ] || fail "few examples"
while read -r _ command rest; do
    "$pktbench" "$command" --help >help || fail "an example has the command $command"
    while read -r option; do
        grep -Eq -- "^  $option( |\$)" help || fail "an example has $command $option"
    done < <(grep -Eo -- '(^| )--?[a-z][a-z-]*' <<<"${rest//\'*\'/}")
done <examples

# It has no date: its version tells its age.
if command -v groff >/dev/null; then
    groff -man -Tutf8 -ww pktbench.1 2>warnings >page
    [ ! -s warnings ] || fail "groff: $(cat warnings)"
    [ -s page ] || fail "groff prints nothing"
else
    echo "SKIP: the manual page by groff: it is not installed"
fi
if command -v mandoc >/dev/null; then
    ! mandoc -T lint -W warning pktbench.1 | grep -v 'missing date' >warnings ||
        fail "mandoc: $(cat warnings)"
else
    echo "SKIP: the manual page by mandoc: it is not installed"
fi

[ $failures -eq 0 ] && echo "all good"
exit $((failures > 0))
