#!/bin/bash
# The command line: bad input gives one line that says what and where, exit status 2, and no file.
# Usage: test_cli.sh PKTBENCH
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

# expect STATUS PATTERN ARGUMENT...: the pattern (extended) must match standard error, one line.
expect() {
    status=$1
    pattern=$2
    shift 2
    "$pktbench" "$@" >stdout 2>stderr
    got=$?
    [ $got -eq "$status" ] || fail "$*: exit status $got, wanted $status: $(cat stderr)"
    grep -Eq -- "$pattern" stderr || fail "$*: no '$pattern' in: $(cat stderr)"
    [ "$status" -ne 2 ] || [ "$(wc -l <stderr)" -eq 1 ] || fail "$*: not one line: $(cat stderr)"
}

"$pktbench" gen tcp-flood --size 20000 -o good.pcap || fail "gen"
"$pktbench" gen benign-iot --size 20000 --format pcapng -o good.pcapng || fail "gen pcapng"

# Captures that are none.
: >empty
printf 'not a.\n' >text
head -c 20 good.pcap >cut-header
head -c 10 good.pcapng >cut-pcapng
printf '\x1f\x8b\x08\x00aaaaaaaaaaaaaaaaaaaaaaaa' >zipped
mkdir folder
cp good.pcap secret
chmod 000 secret
for command in "extract" "info" "verify" "slice -o out" "bench"; do
    # shellcheck disable=SC2086 # a command and its options
    {
        expect 2 'missing: No such file' $command missing
        expect 2 'empty: is empty.*byte 0' $command empty
        expect 2 'text: is not a capture.*byte 0' $command text
        expect 2 'cut-header: ends inside its file header.*byte 20' $command cut-header
        expect 2 'cut-pcapng: .*byte' $command cut-pcapng
        expect 2 'zipped: (gzip: .*at byte|is gzip.*gunzip)' $command zipped
        expect 2 'standard input: is empty' $command - </dev/null
        expect 2 'folder: is a directory' $command folder
        expect 2 '/dev/null: is not a regular file' $command /dev/null
        [ "$(id -u)" -eq 0 ] || expect 2 'secret: Permission denied' $command secret
    }
    [ ! -e out ] || fail "$command left a file"
done

# A record that lies: rows before it are written, exit status 2; bench and verify refuse it.
{
    head -c 32 good.pcap # the file header, and the time of the first record
    printf '\xff\xff\xff\x7f'
    tail -c +37 good.pcap
} >lying.pcap
"$pktbench" extract good.pcap >good.csv
"$pktbench" slice good.pcap --size 10000 -o small.pcap || fail "slice"
{
    cat small.pcap
    printf '\1\0\0\0\2\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7fxxxx'
} >corrupt.pcap
expect 2 "corrupt.pcap: .*at byte $(wc -c <small.pcap).* rows before it were written" \
    extract corrupt.pcap -o corrupt.csv
"$pktbench" extract small.pcap | cmp - corrupt.csv || fail "the rows before the fault are not all there"
expect 2 'corrupt.pcap' bench corrupt.pcap
expect 2 'corrupt.pcap' verify corrupt.pcap
expect 2 'lying.pcap: .*byte 24' verify lying.pcap
expect 2 "corrupt.pcap: .*at byte $(wc -c <small.pcap)" info corrupt.pcap
grep -q '^end *corrupt: record claims' stdout || fail "info shows no fault: $(cat stdout)"

# A capture cut in the middle of a packet: a warning; an error with --strict.
head -c 10050 good.pcap >cut.pcap
expect 0 'warning: cut.pcap: .*at byte' extract cut.pcap -o cut.csv
expect 2 'cut.pcap: .*at byte' extract --strict cut.pcap -o strict.csv

"$pktbench" info cut.pcap >stdout || fail "info of a cut capture"
grep -q '^end *cut: is cut inside a record .*at byte' stdout || fail "info: $(cat stdout)"

# A link type without a decoder: rows all the same, with the frames columns.
{
    printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\x69\0\0\0'
    printf '\1\0\0\0\2\0\0\0\4\0\0\0\4\0\0\0abcd'
} >wifi.pcap
"$pktbench" extract wifi.pcap >wifi.csv || fail "link type 105"
tail -n 1 wifi.csv | grep -q '^1000002000,4,4,105,unsupported,,' || fail "wifi row: $(tail -n 1 wifi.csv)"

# Outputs that cannot be written.
expect 2 'nowhere/out: cannot write' extract good.pcap -o nowhere/out
expect 2 'nowhere/out: cannot write' gen mirai -o nowhere/out
expect 2 'nowhere/out: cannot write' slice good.pcap -o nowhere/out
expect 2 'nowhere/out.json: cannot write' bench good.pcap -o nowhere/out.json
expect 2 '/dev/full: cannot write' extract good.pcap -o /dev/full
expect 2 '/dev/full: cannot write' gen mirai --size 100000 -o /dev/full
"$pktbench" extract good.pcap >/dev/full 2>stderr
[ $? -eq 2 ] || fail "a full standard output"
"$pktbench" list columns >/dev/full 2>stderr
[ $? -eq 2 ] || fail "list to a full standard output"
"$pktbench" gen mirai -o - | head -c 10 >/dev/null || fail "a reader that has seen enough"

# Names that nothing has, values that make no sense.
expect 2 "no backend has the name 'nobody'" extract good.pcap --backend nobody
expect 2 "no backend has the name 'nobody'" bench good.pcap --backends raw,nobody
expect 2 "no level has the name 'deep'" extract good.pcap --level deep
expect 2 "no level has the name 'deep'" verify good.pcap --levels deep
expect 2 'read-all does not offer the level headers' extract good.pcap --backend read-all
expect 2 "no scenario has the name 'storm': there are tcp-flood" gen storm -o out
expect 2 "no format has the name 'xml'" bench good.pcap --format xml
expect 2 "no format has the name 'xml'" gen mirai --format xml -o out
expect 2 "unknown option --backend.; did you mean --backends" bench --backendz raw
expect 2 'unknown option --nonsense' list --nonsense
expect 2 'unknown option -z' list -z
expect 2 '--snaplen 0: must be a whole number' gen mirai --snaplen 0 -o out
expect 2 '--size -1: must be a whole number' gen mirai --size -1 -o out
expect 2 '--budget soon: must be a duration' bench --budget soon
expect 2 '--o needs a value|-o needs a value' gen mirai -o
expect 2 '--strict takes no value' extract good.pcap --strict=yes
expect 2 '--fail-on: .sad. is none of' bench good.pcap --fail-on sad
expect 2 'too many operands|takes no operand' gen mirai mirai -o out
expect 2 "no column has the name 'colour'.* src_port .*packet file" extract good.pcap --columns ts_ns,colour
expect 2 'src_port is named twice' extract good.pcap --columns src_port,ts_ns,src_port
expect 2 "no format has the name 'xml'" extract good.pcap --format xml
expect 2 '--threads 0: must be a whole number' extract good.pcap --threads 0
expect 2 'an operand is missing' extract
expect 2 'interfaces: a pcap file has one' gen mirai --interfaces 2 -o out
expect 2 "no format has the name 'xml'" info good.pcap --format xml
expect 2 "no suite has the name 'huge'" bench --suite huge
expect 2 "no command has the name 'dance'" dance
expect 2 "none of backends, columns, scenarios" list everything
expect 2 'plug-in' extract good.pcap --plugin missing.so
expect 2 'reference nobody' verify good.pcap --reference nobody
[ ! -e out ] || fail "something was left behind"
find . -regextype posix-extended -regex '.*/(out|.*[.](csv|json|pcap))[.][A-Za-z0-9]{6}' | grep . &&
    fail "a temporary file was left behind"

# Help goes to standard output, with status 0.
for command in bench verify extract info list gen slice; do
    "$pktbench" $command --help >stdout 2>stderr || fail "$command --help"
    { [ ! -s stdout ] || [ -s stderr ]; } && fail "$command --help: not on standard output"
done
"$pktbench" >stdout 2>stderr
{ [ $? -ne 2 ] || [ ! -s stderr ] || [ -s stdout ]; } && fail "no command"
"$pktbench" --version | grep -Eq '^pktbench [0-9]+\.[0-9]+\.[0-9]+$' || fail "--version"

# What list says is JSON, and complete.
for what in backends columns scenarios; do
    "$pktbench" list $what --format json | python3 -c 'import json, sys; sys.exit(not json.load(sys.stdin))' ||
        fail "list $what --format json"
done

# Options in every form; -- ends them; - is standard output.
"$pktbench" extract --backend=libpcap --level frames -o - -- good.pcap >a.csv || fail "forms"
"$pktbench" extract good.pcap --backend raw --level=frames -ob.csv || fail "forms"
cmp a.csv b.csv || fail "raw and libpcap differ"
[ "$(head -n 1 a.csv)" = "ts_ns,cap_len,wire_len,link_type,verdict" ] || fail "header: $(head -n 1 a.csv)"

[ $failures -eq 0 ] && echo "all good"
exit $((failures > 0))
