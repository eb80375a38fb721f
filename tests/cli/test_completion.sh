#!/bin/bash
# The completion scripts offer commands, options, and the values that are known.
# Usage: test_completion.sh PKTBENCH
set -u
pktbench=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0

fail() {
    echo "FAIL: $*" >&2
    failures=$((failures + 1))
}

"$pktbench" help --completion bash >pktbench.bash || fail "--completion bash"
"$pktbench" help --completion zsh >_pktbench || fail "--completion zsh"
"$pktbench" help --completion fish 2>stderr
{ [ $? -eq 2 ] && grep -q "unknown shell 'fish'; known: bash, zsh" stderr; } || fail "--completion fish: $(cat stderr)"
if command -v shellcheck >/dev/null; then
    shellcheck -s bash pktbench.bash || fail "shellcheck"
fi
touch 'a capture.pcap' other.csv

# shellcheck source=/dev/null
. ./pktbench.bash
# shellcheck disable=SC2317 # called by _pktbench
compopt() { :; } # works within the completion of a command line only

# bash_offers LINE: what is offered in place of its last word, with blanks between.
bash_offers() {
    # As readline does it, `=` stands apart.
    read -ra COMP_WORDS <<<"${1//=/ = }"
    [ "${1% }" = "$1" ] || COMP_WORDS+=('')
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _pktbench
    echo "${COMPREPLY[*]}"
}
# Words in the order of the tables; zsh sorts them.
cases() {
    cat <<'TEXT'
pktbench c|compare choose
pktbench bench --su|--suite
pktbench verify --s|--suite --show-values
pktbench bench --suite |quick reference cic-iot scale languages
pktbench bench --suite=r|reference
pktbench extract --level d|dissect
pktbench extract --backend raw --by |all pair flow
pktbench extract --backend libp|libpcap
pktbench extract --partition d|date
pktbench verify --backends raw,libt|raw,libtins raw,libtrace
pktbench gen m|mirai
pktbench list |backends columns scenarios features
pktbench help --completion |bash zsh
pktbench info a|a capture.pcap
pktbench bench --rounds |
TEXT
}

names=$("$pktbench" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | paste -s -d ' ')
[ "$(bash_offers 'pktbench ')" = "$names help --help --version" ] || fail "bash: commands"
while IFS='|' read -r line wanted; do
    got=$(bash_offers "$line")
    [ "$got" = "$wanted" ] || fail "bash: '$line' gives '$got', wanted '$wanted'"
done < <(cases)

# Every option of --help is offered, in both shells, and no other.
for command in $names; do
    options=$("$pktbench" "$command" --help | sed -n 's/^  \(--\?[A-Za-z][A-Za-z-]*\).*/\1/p')
    [ "$(_pktbench_options "$command")" = "$(echo "$options" | paste -s -d ' ')" ] ||
        fail "bash: options of $command"
    for option in $options; do
        sed -n "/^_pktbench_$command()/,/^}/p" _pktbench | grep -Eq -e "'\\*?${option}[=+[]" ||
            fail "zsh: $command has no $option"
    done
done

if command -v zsh >/dev/null; then
    zsh -n _pktbench || fail "zsh -n"
    # Without those whose offers zsh escapes, or has none.
    cases | grep -Ev '^pktbench (info a|bench --rounds)' >wanted
    cut -d '|' -f 1 wanted | timeout 60 zsh -f "$here/complete.zsh" "$work" >got
    while IFS='|' read -r line words; do
        echo "$line|$(tr ' ' '\n' <<<"${words//raw,/}" | sort -u | paste -s -d ' ')"
    done <wanted | diff - got || fail "zsh offers other words"
else
    echo "SKIP: completion in zsh: it is not installed"
fi

[ $failures -eq 0 ] && echo "all good"
exit $((failures > 0))
