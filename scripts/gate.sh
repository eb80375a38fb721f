#!/bin/sh
#: gate [COMMIT]
#:     Build COMMIT (default HEAD~1) and compare the instructions that the built-in backends
#:     execute, before and now. Exit status 1 if this tree takes over 1 % more.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"

# base_build COMMIT: build it in a git worktree, build/base; fails if that is not possible.
base_build() {
    git -C "$root" worktree remove --force "$base" >/dev/null 2>&1 || rm -rf "$base"
    git -C "$root" worktree prune
    {
        git -C "$root" worktree add --detach "$base" "$1" &&
            cmake -S "$base" -B "$base/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
                -DPKTBENCH_TESTS=OFF -DPKTBENCH_WIRESHARK=OFF &&
            cmake --build "$base/build" --target pktbench
    } >"$root/build/base.log" 2>&1
}

base_remove() {
    git -C "$root" worktree remove --force "$base" >/dev/null 2>&1 || true
}

# The gate is skipped: exit status 0.
skip() {
    say "gate skipped: $*"
    exit 0
}

# protocol_of PROGRAM: the version of its worker protocol; empty before there was one.
protocol_of() {
    echo '{"op": "describe"}' | "$1" worker raw | sed -n 's/.*"protocol": *\([0-9]*\).*/\1/p'
}

[ $# -le 1 ] || fail "gate: takes one commit, not also '$2'"
wanted=${1:-HEAD~1}
base=$root/build/base
packages_install "$build_packages" "$gate_packages"
build release
if ! commit=$(git -C "$root" rev-parse --verify --quiet "$wanted^{commit}" 2>/dev/null); then
    [ $# -eq 0 ] || fail "gate: there is no commit $1 here"
    skip "there is no commit $wanted here (no git history, or a shallow clone)"
fi
command -v valgrind >/dev/null 2>&1 || skip "valgrind is not installed"
trap base_remove EXIT
base_build "$commit" || skip "commit $commit cannot be built; see build/base.log"
[ "$(protocol_of "$base/build/pktbench")" = "$(protocol_of "$root/build/release/pktbench")" ] ||
    skip "commit $commit has another version of the worker protocol"
set --
for scenario in tcp-flood benign-iot; do
    capture=$root/build/gate-$scenario.pcap
    "$root/build/release/pktbench" gen "$scenario" --size 2000000 -o "$capture"
    set -- "$@" "$capture"
done
say "gate: instructions of this tree against commit $commit"
"$root/build/release/pktbench" bench "$@" --backends read-all,raw,libpcap --reference raw \
    --baseline "$base/build/pktbench" --count-instructions --processes 1 --rounds 1 \
    --fail-on instructions:1%,lost,disagrees --format markdown -o "$root/build/gate.json"
