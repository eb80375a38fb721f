#!/bin/bash
# CSV of extract compared with rows by fprintf, byte by byte: threads, captures, columns, filters.
# Usage: test_csv.sh PKTBENCH PLAIN_CSV
set -eu
here=$(dirname "$(realpath "$0")")
pktbench=$(realpath "$1")
plain=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

for scenario in tcp-flood benign-iot mirai dataset-mix; do
    "$pktbench" gen "$scenario" --size 1000000 -o "$scenario.pcap"
    "$plain" "$scenario.pcap" >plain.csv
    for threads in 1 2 5; do
        "$pktbench" extract --threads $threads "$scenario.pcap" | cmp - plain.csv ||
            fail "$scenario, $threads threads"
    done
    mv plain.csv "$scenario.csv"
    "$plain" "$scenario.pcap" flows >flows.csv
    "$pktbench" extract --level flows --threads 2 "$scenario.pcap" | cmp - flows.csv ||
        fail "$scenario, flows"
done

# Several captures: one header line; packet numbers start at 1 in each capture.
{
    cat mirai.csv
    tail -n +2 benign-iot.csv
} >both.csv
"$pktbench" extract --threads 2 mirai.pcap benign-iot.pcap | cmp - both.csv || fail "two captures"

# --columns keeps the order; columns packet, file and label.
mkdir folder,1
cp mirai.pcap folder,1
"$pktbench" extract --columns src_port,packet,file,ts_ns --label from-folder folder,1/mirai.pcap mirai.pcap >columns.csv
[ "$(head -n 1 columns.csv)" = src_port,packet,file,ts_ns,label ] || fail "$(head -n 1 columns.csv)"
python3 - <<'TEXT' || fail "columns"
import csv
rows = list(csv.DictReader(open("columns.csv")))
packets = list(csv.DictReader(open("mirai.csv")))
import os
assert len(rows) == 2 * len(packets)
for i, row in enumerate(rows):
    same = packets[i % len(packets)]
    assert row["label"] == ("folder,1" if i < len(packets) else os.path.basename(os.getcwd())), row
    assert row["file"] == "mirai.pcap"
    assert int(row["packet"]) == i % len(packets) + 1
    assert row["src_port"] == same["src_port"] and row["ts_ns"] == same["ts_ns"]
TEXT

# Addresses as RFC 5952 writes them, section 5 too; ts is rounded down, also before 1970.
PYTHONPATH=$here/../source python3 - <<'TEXT' >wanted.csv || fail "addresses"
import ipaddress, struct
from captures import block, interface, section
addresses = {
    "::ffff:c000:201": "::ffff:192.0.2.1", "::ffff:0:0": "::ffff:0.0.0.0",
    "::ffff:ffff:ffff": "::ffff:255.255.255.255", "::fffe:c000:201": None, "::c000:201": None,
    "::ffff:0:c000:201": None, "64:ff9b::c000:202": None, "1::ffff:c000:201": None, "::": None,
    "2001:db8:0:0:1:0:0:1": "2001:db8::1:0:0:1", "2001:db8:0:1:1:1:1:1": None,
}
times = [(-(10**9), "1969-12-31T23:59:59.000000Z"), (-1, "1969-12-31T23:59:59.999999Z"),
         (0, "1970-01-01T00:00:00.000000Z"), (999, "1970-01-01T00:00:00.000000Z"),
         (1790812799123456789, "2026-09-30T23:59:59.123456Z"),
         (951782400000001000, "2000-02-29T00:00:00.000001Z"), (-(2**63), "1677-09-21T00:12:43.145224Z"),
         (2**63 - 1, "2262-04-11T23:47:16.854775Z")]
first = -9223372037
out = section("<") + interface("<", 9, 0, link=101) + interface("<", 9, first, link=101)
print("src,ts")
for i, (text, wanted) in enumerate(addresses.items()):
    ns, stamp = times[i % len(times)]
    packet = struct.pack(">IHBB", 6 << 28, 0, 59, 64) + 2 * ipaddress.IPv6Address(text).packed
    time = ns - (first * 10**9 if ns < 0 else 0)
    head = struct.pack("<IIIII", ns < 0, time >> 32, time & 0xFFFFFFFF, len(packet), len(packet))
    out += block("<", 6, head + packet)
    print(wanted or text, stamp, sep=",")
open("addresses.pcapng", "wb").write(out)
TEXT
"$pktbench" extract addresses.pcapng --columns src,ts 2>/dev/null | diff - wanted.csv || fail "addresses and times"

# Names are quoted where they must be, and have no control codes. --escape-formulas: no cell begins
# like a formula; numbers stay as they are.
cp mirai.pcap $'=a,"b"\n\033[2J\xff.pcap'
"$pktbench" extract =a* --columns packet,file --label '-2+3' | head -n 3 >names.csv
printf 'packet,file,label\n1,"=a,""b""\n\\x1b[2J\\xff.pcap",-2+3\n' | cmp - names.csv || fail "$(cat names.csv)"
"$pktbench" extract =a* --columns packet,file --label '-2+3' --escape-formulas | head -n 3 >names.csv
printf "packet,file,label\n1,\"'=a,\"\"b\"\"\n\\\\x1b[2J\\\\xff.pcap\",\"'-2+3\"\n" | cmp - names.csv ||
    fail "$(cat names.csv)"
for format in arrow parquet none; do
    status=0 to=out
    [ $format != none ] || to=-
    "$pktbench" extract mirai.pcap --format $format --escape-formulas -o "$to" 2>stderr || status=$?
    if [ $status -ne 2 ] || ! grep -q -- '--escape-formulas needs --format csv' stderr || [ -e out ]; then
        fail "--escape-formulas with $format: $(cat stderr)"
    fi
done

# --join continues packet numbers from file to file. With a filter, packets keep their numbers.
"$pktbench" extract --join mirai.pcap benign-iot.pcap | cmp - both.csv || fail "join"
"$pktbench" extract --join --backend libpcap mirai.pcap benign-iot.pcap | cmp - both.csv || fail "join, libpcap"
"$pktbench" extract --join --columns packet,ts_ns mirai.pcap benign-iot.pcap |
    awk -F, -v lines="$(wc -l <both.csv)" 'NR > 1 && $1 != NR - 1 { exit 1 } END { exit NR != lines }' ||
    fail "numbers of joined captures"
"$pktbench" extract benign-iot.pcap --columns packet,ip_proto,src_port,dst_port |
    awk -F, 'NR == 1 || ($2 == 17 && ($3 == 53 || $4 == 53))' >dns.csv
[ "$(wc -l <dns.csv)" -gt 5 ] || fail "too few DNS packets"
for backend in raw libpcap; do
    "$pktbench" extract benign-iot.pcap --columns packet,ip_proto,src_port,dst_port -f 'udp port 53' \
        --backend $backend --threads 2 | cmp - dns.csv || fail "filter, $backend"
done
"$pktbench" extract benign-iot.pcap -f 'udp prot 53' 2>stderr && fail "an invalid filter is accepted"
grep -q "filter 'udp prot 53': " stderr || fail "$(cat stderr)"

# A closed pipe is no error. A full device is one, with the number of rows written before it.
set +e
"$pktbench" extract tcp-flood.pcap 2>stderr | head -n 1 >/dev/null
if [ "${PIPESTATUS[0]}" -ne 0 ] || [ -s stderr ]; then
    fail "a closed pipe: $(cat stderr)"
fi
"$pktbench" extract --threads 2 tcp-flood.pcap -o /dev/full 2>stderr
if [ $? -ne 2 ] || ! grep -q '/dev/full: cannot write: .*, after 0 rows' stderr; then
    fail "$(cat stderr)"
fi
(
    trap '' XFSZ
    ulimit -f 64
    "$pktbench" extract tcp-flood.pcap >limited.csv 2>stderr
)
[ $? -eq 2 ] || fail "a limit of the file size"
grep -Eq 'cannot write: File too large, after [0-9]+ rows' stderr || fail "$(cat stderr)"
exit 0
