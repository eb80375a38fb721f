#!/bin/bash
# The backend pcapplusplus gives the rows of raw in all scenarios, and of captures of both byte orders;
# a capture that is cut is told from one that ends.
# Usage: test_pcapplusplus.sh PKTBENCH
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

gen() {
    "$pktbench" gen "$@" 2>stderr || fail "gen $*: $(cat stderr)"
}

rows() { # BACKEND CAPTURE, at level headers without what pcapplusplus does not give
    "$pktbench" extract "$2" --backend "$1" --columns "$columns" 2>stderr
}

for scenario in $("$pktbench" list scenarios | cut -d ' ' -f 1); do
    gen "$scenario" --size 500KB -o "$scenario.pcap"
done
count=$(find . -name '*.pcap' | wc -l)
[ "$count" -ge 12 ] || fail "only $count scenarios"
"$pktbench" verify ./*.pcap --backends raw,pcapplusplus --reference raw --levels frames,headers,app \
    >stdout 2>stderr || fail "verify: $(cat stdout stderr)"
runs=$(grep -c '^  pcapplusplus .* ok ' stdout)
[ "$runs" -eq $((3 * count)) ] || fail "$runs runs are ok, of $count captures at 3 levels"

gen benign-iot --size 100KB -o little.pcapng --format pcapng
gen benign-iot --size 100KB -o big.pcapng --format pcapng --big-endian
gen benign-iot --size 100KB -o big.pcap --big-endian
columns=$("$pktbench" extract big.pcap --backend pcapplusplus --level headers 2>stderr | head -1)
rows raw big.pcap >expected || fail "raw: $(cat stderr)"
[ "$(wc -l <expected)" -gt 100 ] || fail "only $(wc -l <expected) rows"
for capture in little.pcapng big.pcapng big.pcap; do
    rows pcapplusplus "$capture" >got || fail "$capture: $(cat stderr)"
    grep -q 'truncated' stderr && fail "$capture: $(cat stderr)"
    cmp expected got || fail "$capture: other rows than raw has"
    head -c -5 "$capture" >"cut.${capture#*.}"
    rows pcapplusplus "cut.${capture#*.}" >got
    grep -q 'truncated' stderr || fail "$capture, cut: $(cat stderr)"
    head -n -1 expected | cmp - got || fail "$capture, cut: other rows than were before the cut"
done

[ "$failures" -eq 0 ] || exit 1
echo "pcapplusplus: $runs runs over $count scenarios are ok"
