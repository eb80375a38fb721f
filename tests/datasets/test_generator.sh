#!/bin/sh
# Golden outputs of the generator, equal packets in every container, slices and pieces.
# Usage: test_generator.sh PKTBENCH GOLDEN
set -eu
pktbench=$1
golden=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

# The capture and the truth of each scenario, by SHA-256.
scenarios='tcp-flood icmp-flood udp-flood fragments mirai http-flood slowloris recon benign-iot
           spoofing dataset-mix worst-parse'
for scenario in $scenarios; do
    "$pktbench" gen "$scenario" -o "$scenario.pcap" --truth "$scenario.csv"
done
sha256sum -- *.pcap *.csv >sums
diff "$golden" sums || fail "a default output has changed; if this is intended, update $golden"

# Number of packets and mean frame length, within 2 % of those in the dataset.
near() { # what, measured, wanted
    awk -v m="$2" -v w="$3" 'BEGIN { exit !(m > w * 0.98 && m < w * 1.02) }' ||
        fail "$1 is $2, wanted $3 within 2 %"
}
check_size() { # scenario packets mean
    packets=$(($(wc -l <"$1.csv") - 1))
    mean=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "wire_len") c = i; next }
                    { s += $c } END { printf "%.2f", s / (NR - 1) }' "$1.csv")
    near "packets of $1" "$packets" "$2"
    near "mean frame of $1" "$mean" "$3"
    size=$(wc -c <"$1.pcap")
    [ "$size" -le 10000000 ] || fail "$1 has $size bytes"
}
check_size tcp-flood 129000 61.3
check_size icmp-flood 130000 60.8
check_size udp-flood 130000 60.8
check_size fragments 11150 880
check_size mirai 17000 572
check_size http-flood 47000 196
check_size slowloris 35000 271
check_size recon 40000 234
check_size benign-iot 15900 614
check_size spoofing 11500 850
check_size dataset-mix 76000 114.8
check_size worst-parse 60000 151

# The truth equals the rows of raw and does not depend on the container.
for scenario in $scenarios; do
    "$pktbench" extract "$scenario.pcap" --backend raw --columns "$(head -1 "$scenario.csv")" -o - |
        cmp - "$scenario.csv" ||
        fail "rows of $scenario differ from its truth"
    rm -f a.csv
    for options in "" "--big-endian" "--format pcapng" "--format pcapng --big-endian --interfaces 3"; do
        # shellcheck disable=SC2086 # options are words
        "$pktbench" gen "$scenario" --size 100000 $options -o b.cap --truth b.csv
        [ -e a.csv ] || cp b.csv a.csv
        cmp a.csv b.csv || fail "truth of $scenario differs with $options"
        "$pktbench" extract b.cap --backend raw --columns "$(head -1 b.csv)" -o - | cmp - b.csv ||
            fail "rows of $scenario differ from the truth with $options"
    done
    # Options that change the rows: nanoseconds, snaplen.
    for options in "--ns" "--snaplen 44" "--snaplen 50" "--format pcapng --ns --snaplen 60 --interfaces 2"; do
        # shellcheck disable=SC2086
        "$pktbench" gen "$scenario" --size 100000 $options -o b.cap --truth b.csv
        "$pktbench" extract b.cap --backend raw --columns "$(head -1 b.csv)" -o - | cmp - b.csv ||
            fail "rows of $scenario differ from the truth with $options"
    done
done

# Characteristic rows of a scenario.
has() { # scenario, minimum number of rows, condition on the columns
    rows=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next }
                    '"$3"' { n++ } END { print n + 0 }' "$1.csv")
    [ "$rows" -ge "$2" ] || fail "$1: $rows rows with $3, wanted $2"
}
# shellcheck disable=SC2016 # the columns are awk's
{
    has icmp-flood 2000 '$c["cap_len"] == 52 && $c["wire_len"] == 60'
    has icmp-flood 7000 '$c["wire_len"] == 42'
    has udp-flood 2000 '$c["wire_len"] == 50'
    has fragments 5000 '$c["verdict"] == "fragment"'
    has fragments 1 '$c["ts_ns"] < 86400000000000'
    has worst-parse 500 '$c["verdict"] == "truncated"'
    has worst-parse 3000 '$c["verdict"] == "bad-length"'
    has dataset-mix 500 '$c["verdict"] == "fragment"'
}

# Slices from start, middle and end: complete records, as many as fit.
"$pktbench" extract tcp-flood.pcap -o all.csv
for place in start middle end; do
    "$pktbench" slice tcp-flood.pcap -o part.pcap --size 100000 --at $place
    size=$(wc -c <part.pcap)
    [ "$size" -le 100000 ] || fail "slice of $size bytes"
    [ "$size" -gt 99900 ] || fail "another packet fits into the slice of $size bytes"
    "$pktbench" extract part.pcap -o part.csv
    grep -Fxf part.csv all.csv >common.csv
    cmp part.csv common.csv || fail "the slice at the $place has rows that the capture has not"
done
tail -n 1 part.csv >last
tail -n 1 all.csv | cmp - last || fail "the slice at the end does not end with the last packet"

# A pcapng slice from the middle contains the interface blocks.
"$pktbench" gen recon --size 300000 --format pcapng --ns --interfaces 3 -o m.pcapng
"$pktbench" slice m.pcapng --at middle --size 50000 -o part.pcapng
"$pktbench" extract m.pcapng -o all.csv
"$pktbench" extract part.pcapng -o part.csv
[ "$(wc -l <part.csv)" -gt 100 ] || fail "the pcapng slice has too few packets"
grep -Fxf part.csv all.csv >common.csv
cmp part.csv common.csv || fail "the pcapng slice has rows that the capture has not"

# Pieces as tcpdump -C: concatenated they are the capture; all except the last exceed the size.
"$pktbench" slice tcp-flood.pcap --tcpdump-C --size 4000000 -o piece
for piece in piece piece1 piece2; do
    [ -e $piece ] || fail "$piece is missing"
done
[ ! -e piece3 ] || fail "there is a fourth piece"
{
    cat piece
    tail -c +25 piece1
    tail -c +25 piece2
} | cmp - tcp-flood.pcap || fail "the pieces together are not the capture"
[ "$(wc -c <piece)" -gt 4000000 ] || fail "the first piece does not exceed the size"

# A label for every packet, which changes no packet; background traffic has its own.
"$pktbench" gen dataset-mix --size 2000000 -o plain.pcap
"$pktbench" gen dataset-mix --size 2000000 -o labelled.pcap --labels labels.csv
cmp plain.pcap labelled.pcap || fail "--labels changes the capture"
"$pktbench" extract labelled.pcap --labels labels.csv --columns ip_proto,label -o labelled.csv
[ "$(wc -l <labels.csv)" -eq "$(wc -l <labelled.csv)" ] || fail "not a label for every packet"
for label in tcp-flood icmp-flood mirai benign-iot recon; do
    grep -q ",$label\$" labelled.csv || fail "no packet of $label"
done
[ "$(grep ',icmp-flood$' labelled.csv | sort -u)" = 1,icmp-flood ] || fail "labels of other packets"
for output in plain.pcap labels.csv; do
    ! "$pktbench" gen mirai -o plain.pcap --truth labels.csv --labels $output 2>stderr ||
        fail "two outputs with one name"
    grep -q "need a file of their own, not $output" stderr || fail "$(cat stderr)"
done
echo "all good"
