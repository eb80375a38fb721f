# What the commands of ./run share. A command sources this file first.
# shellcheck shell=sh
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
mkdir -p "$root/build"

say() { printf 'run: %s\n' "$*" >&2; }
fail() {
    say "$*"
    exit 2
}

# words_without LIST OTHERS: the words of LIST that are not among OTHERS.
words_without() {
    # shellcheck disable=SC2086,SC2116 # lists of words: one blank between them
    others=" $(echo $2) "
    left=
    for word in $1; do
        case $others in
        *" $word "*) ;;
        *) left="$left $word" ;;
        esac
    done
    echo "${left# }"
}

# shellcheck source=scripts/lib/packages.sh
. "$root/scripts/lib/packages.sh"
# shellcheck source=scripts/lib/apt.sh
. "$root/scripts/lib/apt.sh"
# shellcheck source=scripts/lib/install.sh
. "$root/scripts/lib/install.sh"
# shellcheck source=scripts/lib/pcapplusplus.sh
. "$root/scripts/lib/pcapplusplus.sh"
# shellcheck source=scripts/lib/build.sh
. "$root/scripts/lib/build.sh"
