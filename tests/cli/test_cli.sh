#!/bin/bash
# The command line: an error is one line with the reason and the place, exit status 2, and no file.
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

# gen says what it wrote, and that a file was there before; on standard output is only the capture.
"$pktbench" gen tcp-flood --size 20000 -o again.pcap --truth again.csv 2>stderr || fail "gen"
packets=$(($(wc -l <again.csv) - 1))
[ "$(cat stderr)" = "pktbench: wrote again.pcap: $packets packets of tcp-flood" ] ||
    fail "gen of $packets packets: $(cat stderr)"
expect 0 "^pktbench: replaced again.pcap: $packets packets of tcp-flood$" \
    gen tcp-flood --size 20000 -o again.pcap
"$pktbench" gen tcp-flood --size 20000 -o - 2>stderr | cmp - again.pcap || fail "gen -o -"
[ ! -s stderr ] || fail "gen -o -: $(cat stderr)"
expect 2 "nothing to run: no chosen backend offers a chosen level" verify good.pcap --backends read-all --levels flows

# Files that are not captures.
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
        expect 2 "no folder nowhere" $command nowhere/sub/missing
        expect 2 'empty: is empty.*byte 0' $command empty
        expect 2 'text: is not a capture.*byte 0' $command text
        expect 2 'cut-header: ends inside its file header.*byte 20' $command cut-header
        expect 2 'cut-pcapng: .*byte' $command cut-pcapng
        expect 2 'zipped: (gzip: .*at byte|is gzip.*gunzip)' $command zipped
        expect 2 'standard input: is empty' $command - </dev/null
        expect 2 'folder: is a (folder without captures; -R|directory)' $command folder
        expect 2 'none/missing: (no folder none$|No such file)' $command none/missing
        expect 2 '/dev/null: is not a regular file' $command /dev/null
        [ "$(id -u)" -eq 0 ] || expect 2 'secret: Permission denied' $command secret
    }
    [ ! -e out ] || fail "$command left a file"
done

# Several captures: a missing one is an error before any output; after an invalid one, the number of
# captures that were not read is reported.
expect 2 'missing: No such file' extract good.pcap missing -o out
[ "$("$pktbench" extract good.pcap missing 2>/dev/null | wc -c)" -eq 0 ] ||
    fail 'rows are written although a capture is missing'
"$pktbench" extract good.pcap text cut-header good.pcap -o kept.csv 2>stderr
{ [ $? -eq 2 ] && grep -q 'text: is not a capture' stderr &&
    grep -q '2 of 4 captures were not read, from cut-header on; the rows of those before it are kept' stderr; } ||
    fail "captures after an invalid one: $(cat stderr)"
"$pktbench" extract good.pcap | cmp - kept.csv || fail 'rows before an invalid capture'
"$pktbench" extract text good.pcap -o out 2>stderr
{ [ $? -eq 2 ] && [ ! -e out ]; } || fail 'an output file although no capture was read'

# `list columns` shows the fields of the rows.
[ "$("$pktbench" list columns | awk '$2 != "app" && $2 != "inner" && $3 != "-" {print $3}' | paste -sd,)" = \
    "$("$pktbench" extract good.pcap --level flows | head -1)" ] || fail 'list columns'

"$pktbench" list columns 2>&1 >/dev/null | grep -q 'also takes ts .*, packet .*, file .*: label$' || fail 'columns of rows'
"$pktbench" extract good.pcap --columns ts,packet,file,label --label x -o /dev/null || fail 'columns of rows'

# `list backends` counts columns as the tables do: without verdict.
"$pktbench" list backends >listed
[ "$(sed -n '/^raw: /,/flows/p' listed | grep -c '31 of 31 columns and verdict$')" -eq 1 ] ||
    fail "columns of raw: $(grep columns listed)"
[ "$(sed -n '/^read-all: /,/^$/p' listed | grep -c '4 of 4 columns')" -eq 1 ] ||
    fail "columns of read-all: $(grep columns listed)"

# A record with an invalid length: rows before it are written, exit status 2; bench and verify refuse
# the capture.
{
    head -c 32 good.pcap # the file header, and the time of the first record
    printf '\xff\xff\xff\x7f'
    tail -c +37 good.pcap
} >lying.pcap
"$pktbench" extract good.pcap >good.csv
"$pktbench" slice good.pcap --size 10kB -o small.pcap || fail "slice"

# A truncated capture is sliced up to its last complete packet, with a message.
head -c 15001 good.pcap >cut.pcap
gzip -c cut.pcap >cut.pcap.gz
for capture in cut.pcap cut.pcap.gz; do
    for place in middle end; do
        expect 0 "$capture: is truncated.*at byte [0-9]+.*: taken up to there" \
            slice $capture --at $place -o part.pcap
    done
    expect 0 'is truncated.*: taken up to there' slice $capture --tcpdump-C --size 4kB -o part.pcap
done
for format in csv parquet; do
    expect 2 'No space left on device' extract good.pcap --format $format -o /dev/full
    "$pktbench" extract good.pcap --format $format >/dev/full 2>stderr
    [ "$? $(wc -l <stderr)" = "2 1" ] || fail "a full device: $(cat stderr)"
done
for option in --immediate --snaplen=64; do
    expect 2 'requires -i$' extract good.pcap $option
done
expect 2 'requires -i or --follow' extract good.pcap --duration 3s
{
    cat small.pcap
    printf '\1\0\0\0\2\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7fxxxx'
} >corrupt.pcap
expect 2 "corrupt.pcap: .*at byte $(wc -c <small.pcap).* rows before it were written" \
    extract corrupt.pcap -o corrupt.csv
"$pktbench" extract small.pcap | cmp - corrupt.csv || fail "rows before the error are missing"
expect 2 'corrupt.pcap' bench corrupt.pcap
expect 2 'corrupt.pcap' verify corrupt.pcap
expect 2 'lying.pcap: .*byte 24' verify lying.pcap
expect 2 "corrupt.pcap: .*at byte $(wc -c <small.pcap)" info corrupt.pcap
grep -q '^end *corrupt: record claims' stdout || fail "info does not report the error: $(cat stdout)"

# A capture truncated inside a packet: a warning; an error with --strict.
head -c 10050 good.pcap >cut.pcap
expect 0 'warning: cut.pcap: .*at byte' extract cut.pcap -o cut.csv
expect 2 'cut.pcap: .*at byte' extract --strict cut.pcap -o strict.csv

"$pktbench" info cut.pcap >stdout || fail "info of a truncated capture"
grep -q '^end *truncated: is truncated inside a record .*at byte' stdout || fail "info: $(cat stdout)"

# A link type without a decoder: rows with the frames columns.
{
    printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\x69\0\0\0'
    printf '\1\0\0\0\2\0\0\0\4\0\0\0\4\0\0\0abcd'
} >wifi.pcap
"$pktbench" extract wifi.pcap >wifi.csv || fail "link type 105"
tail -n 1 wifi.csv | grep -q '^1000002000,4,4,105,unsupported,,' || fail "wifi row: $(tail -n 1 wifi.csv)"

# Outputs that cannot be written.
expect 2 'nowhere/sub/out: cannot write: no folder nowhere$' extract good.pcap -o nowhere/sub/out
expect 2 'nowhere/out: cannot write: no folder nowhere$' gen mirai -o nowhere/out
expect 2 'nowhere/out: cannot write' slice good.pcap -o nowhere/out
expect 2 'nowhere/out.json: cannot write' bench good.pcap -o nowhere/out.json
expect 2 '/dev/full: cannot write' extract good.pcap -o /dev/full
expect 2 '/dev/full: cannot write' gen mirai --size 100000 -o /dev/full
"$pktbench" extract good.pcap >/dev/full 2>stderr
[ $? -eq 2 ] || fail "a full standard output"
"$pktbench" list columns >/dev/full 2>stderr
[ $? -eq 2 ] || fail "list to a full standard output"
"$pktbench" gen mirai -o - 2>stderr | head -c 10 >/dev/null
[ ! -s stderr ] || fail "a closed pipe: $(cat stderr)"

# A file that is replaced keeps its mode; of a symbolic link, the target is replaced.
for command in "extract good.pcap" "slice good.pcap" "gen mirai --size 20000"; do
    rm -f kept linked
    : >kept
    chmod 640 kept
    ln -s kept linked
    # shellcheck disable=SC2086 # a command and its operands
    "$pktbench" $command -o linked || fail "$command to a symbolic link"
    { [ -L linked ] && [ -s kept ] && [ "$(stat -c %a kept)" = 640 ]; } ||
        fail "$command: a replaced file: $(ls -l kept linked)"
done
ln -s nothing loose
expect 2 'loose: cannot write: is a symbolic link to nothing' extract good.pcap -o loose
{ [ -L loose ] && [ ! -e nothing ]; } || fail "a symbolic link to nothing"
ln -s circle-back circle
ln -s circle circle-back
ln -s good.pcap/below inside
for name in circle inside; do
    expect 2 "$name: cannot write: is a symbolic link that cannot be followed: " extract good.pcap -o $name
    [ -L $name ] || fail "a symbolic link that cannot be followed was replaced"
done
(umask 027 && "$pktbench" extract good.pcap -o fresh) || fail "umask"
[ "$(stat -c %a fresh)" = 640 ] || fail "mode of a new file: $(stat -c %a fresh)"
"$pktbench" extract good.pcap -o /dev/stdout | cmp - fresh || fail "-o /dev/stdout"

# A list of names starts no program and loads no module.
mkdir modules
echo "not a module" >modules/wireshark.so
printf '#!/bin/sh\ntouch started\n' >python
chmod +x python
PKTBENCH_MODULES=modules PKTBENCH_PYTHON=./python "$pktbench" list >stdout 2>stderr || fail "list"
grep -q '^wireshark  *module  ' stdout || fail "list: $(cat stdout)"
grep -q '^dpkt  *external  ' stdout || fail "list: $(cat stdout)"
grep -q '^libtins .*module libtins.so not found' stdout || fail "list: $(cat stdout)"
[ ! -e started ] || fail "list started a program"
PKTBENCH_MODULES=$'folder\x1b[2J' "$pktbench" list >stdout || fail "list"
grep -Fq 'looked in folder\x1b[2J' stdout || fail "list: control codes: $(cat -v stdout)"
PKTBENCH_MODULES=modules "$pktbench" list backends | grep -q 'unavailable: .*file too short' ||
    fail "list backends loads modules"

# Names that nothing has, values that make no sense.
expect 2 "unknown backend 'nobody'; known: read-all, memcpy, raw, raw-mapped, libpcap" extract good.pcap --backend nobody
expect 2 "unknown backend 'nobody'; known: read-all, memcpy, raw, raw-mapped, libpcap" bench good.pcap --backends raw,nobody
expect 2 "unknown level 'deep'; known: frames, headers, flows, dissect, app, inner$" extract good.pcap --level deep
expect 2 "unknown level 'deep'; known: frames, headers, flows, dissect, app, inner$" verify good.pcap --levels deep
expect 2 'read-all does not support level headers; see .pktbench list backends.$' extract good.pcap --backend read-all
expect 2 "unknown scenario 'storm'; known: tcp-flood" gen storm -o out
expect 2 "unknown format 'xml'; known: table, markdown, csv, json, github-action" bench good.pcap --format xml
expect 2 "unknown format 'xml'; known: pcap, pcapng$" gen mirai --format xml -o out
# A name that is like a known one is suggested, whatever it names.
expect 2 "unknown backend 'rwa'; did you mean raw[?] Known: read-all, memcpy, raw" extract good.pcap --backend rwa
expect 2 "unknown backend 'libpcpa'; did you mean libpcap[?] Known: " bench good.pcap --backends libpcpa
expect 2 "unknown level 'hedaers'; did you mean headers[?] Known: " extract good.pcap --level hedaers
expect 2 "unknown level 'head'; did you mean headers[?] Known: " extract good.pcap --level head
expect 2 "unknown scenario 'tcp_flood'; did you mean tcp-flood[?] Known: " gen tcp_flood -o out
expect 2 "unknown format 'parqet'; did you mean parquet[?] Known: " extract good.pcap --format parqet
expect 2 "unknown format 'jsno'; did you mean json[?] Known: " info good.pcap --format jsno
expect 2 "unknown format 'pcap-ng'; did you mean pcapng[?] Known: " gen mirai --format pcap-ng -o out
expect 2 "unknown column 'srcport'; did you mean src_port; " extract good.pcap --columns srcport
expect 2 "unknown column 'Iat'; did you mean IAT; " extract good.pcap --features ciciot46 --columns Iat
expect 2 "unknown set of features 'ciciot64'; did you mean ciciot46[?]" extract good.pcap --features ciciot64
expect 2 "unknown value of --by 'flwo'; did you mean flow[?]" extract good.pcap --features ciciot-fixed --by flwo
expect 2 "unknown suite 'referense'; did you mean reference[?]" bench --suite referense
expect 2 '--fail-on: slower, .* belong to' verify good.pcap --fail-on disagrees,lost
expect 2 "unknown suite 'malfromed'; did you mean malformed[?]" verify --suite malfromed
expect 2 "unknown sink 'arow'; did you mean arrow[?]" bench good.pcap --sink arow
expect 2 "unknown command 'extrac'; did you mean extract[?]" extrac
expect 2 "unknown list 'colums'; did you mean columns[?]" list colums
expect 2 "unknown condition 'slwer'; did you mean slower[?]" bench good.pcap --fail-on slwer
expect 2 "unknown flow rule 'wireshark-4'; did you mean wireshark-4.0[?]" extract good.pcap --flow-rule wireshark-4
expect 2 "unknown value of --at 'midle'; did you mean middle[?]" slice good.pcap -o out --at midle
expect 2 "unknown shell 'bsh'; did you mean bash[?]" help --completion bsh
expect 2 "unknown column 'ip.scr'; did you mean ip.src; see .pktbench list columns.$" extract good.pcap --columns ip.scr
expect 2 "unknown column 'ip_src'; did you mean ip.src; " extract good.pcap --columns ip_src
expect 2 "unknown column 'dns.qry.nmae'; did you mean dns.qry.name; " extract good.pcap --columns dns.qry.nmae
expect 2 "unknown column 'label'; it needs --label or --labels; " extract good.pcap --columns src,label
expect 2 "unknown column 'label_share'; it needs --labels and --features; " extract good.pcap --columns label_share
expect 2 "unknown option --backend.; did you mean --backends" bench --backendz raw
expect 2 "unknown option --rotate-time; did you mean --rotate-size or --rotate-every[?] See .pktbench extract --help.$" \
    extract good.pcap --rotate-time 5
expect 2 "unknown option --rotate-evry; did you mean --rotate-every[?]" extract good.pcap --rotate-evry 5
expect 2 "unknown option --c; did you mean -c[?]" extract good.pcap --c 2
expect 2 "unknown option --hepl; did you mean --help[?]" extract good.pcap --hepl
expect 2 "unknown option --hepl; did you mean --help[?]" --hepl
expect 2 "unknown option --vrsion; did you mean --version[?]" --vrsion
expect 2 "unknown option --nonsense; see .pktbench help.$" --nonsense
expect 2 "^pktbench: error: -c 0: must be a whole number" extract good.pcap -c 0
expect 2 "^pktbench: error: --count 0: must be a whole number" extract good.pcap --count 0
for words in "--version" "-V" "help extract" "help --man" "help --completion bash"; do
    # shellcheck disable=SC2086 # a command and its operands
    expect 2 "unexpected 'more'; see .pktbench help.$" $words more
done
expect 2 'unknown option --nonsense' list --nonsense
expect 2 'unknown option -z' list -z
expect 2 '--snaplen 0: must be a whole number' gen mirai --snaplen 0 -o out
expect 2 '--size -1: must be a size' gen mirai --size -1 -o out
expect 2 '--buffer 1: must be a size from 1000000 to .* bytes, such as 2MB, 100MB, 1GiB, 1Gbit$' \
    extract -i lo --buffer 1
expect 2 '--budget soon: must be a duration' bench --budget soon
# Every duration may be in hours and days.
for option in "bench missing --budget" "bench missing --sample" "bench missing --timeout" "verify missing --timeout" \
    "--follow --duration" "--follow --flush-every" "--follow --rotate-every" "--features records --idle" \
    "--features records --active" "--features ciciot-fixed --window"; do
    [ "${option#--}" = "$option" ] || option="extract good.pcap -o out --threads 0 $option"
    # shellcheck disable=SC2086 # a command and its options
    {
        expect 2 '(missing: No such file|--threads 0: must be)' $option 1h
        expect 2 '(missing: No such file|--threads 0: must be)' $option 0.5d
        expect 2 '12d: must be a (duration|time|number)' $option 12d
        expect 2 '1w: must be a (duration|time|number)' $option 1w
    }
done
expect 2 '--o needs a value|-o needs a value' gen mirai -o
expect 2 '--strict takes no value' extract good.pcap --strict=yes
expect 2 "--fail-on: unknown condition 'sad'; known: slower" bench good.pcap --fail-on sad
expect 2 'too many operands|takes no operand' gen mirai mirai -o out
expect 2 "unknown column 'colour'.* src_port .*packet file" extract good.pcap --columns ts_ns,colour
expect 2 'src_port is named twice' extract good.pcap --columns src_port,ts_ns,src_port
expect 2 "unknown format 'xml'; known: csv, arrow, parquet, none$" extract good.pcap --format xml
expect 2 '--threads 0: must be a whole number' extract good.pcap --threads 0
expect 2 'an operand is missing' extract
expect 2 "unknown set of features 'ciciot'; did you mean ciciot46[?] Known: ciciot46, ciciot39, ciciot-fixed, records" \
    extract good.pcap --features ciciot -o out
for window in 0 -1 1.5 10x s '' ' 10' 1000000001 0s 99999999s nan 1e-10s; do
    expect 2 "--window $window: must be a number of packets" \
        extract good.pcap --features ciciot-fixed --window "$window" -o out
done
expect 2 '--window 1s: windows of ciciot46 are a number of packets' \
    extract good.pcap --features ciciot46 --window 1s -o out
expect 2 '--by flow: ciciot39 supports only --by all' \
    extract good.pcap --features ciciot39 --by flow -o out
expect 2 "unknown value of --by 'host'; known: all, pair, flow$" extract good.pcap --features ciciot46 --by host -o out
for every in 0 -1 10TB MB 10M '' 0MB 1001GB 99999999999999999999; do
    expect 2 "--reset-every $every: must be a size" \
        extract good.pcap --features ciciot46 --reset-every "$every" -o out
done
expect 2 '--max-flows 0: must be a whole number' extract good.pcap --features ciciot46 --max-flows 0
expect 2 "unknown column 'IAt'; did you mean IAT; see .pktbench list features.$" \
    extract good.pcap --features ciciot46 --columns IAt -o out
expect 2 "unknown column 'colour'; ciciot46 has: flow_duration,.*,Protocol Type,.*,packet,file" \
    extract good.pcap --features ciciot46 --columns colour -o out
expect 2 "unknown column 'src'" extract good.pcap --features ciciot-fixed --columns src -o out
expect 2 'IAT is named twice' extract good.pcap --features ciciot39 --columns IAT,IAT
for option in window by idle active reset-every; do
    expect 2 "--$option requires --features" extract good.pcap --$option 1 -o out
done
for option in idle active; do
    for value in 0 -1 '' 1x nan 1000001 1e999; do
        expect 2 "--$option $value: must be a time such as 90," \
            extract good.pcap --features records --$option "$value" -o out
    done
    expect 2 "--$option is of --features records: ciciot46 has windows" \
        extract good.pcap --features ciciot46 --$option 10 -o out
done
expect 2 '--window 10: records have no windows' extract good.pcap --features records --window 10 -o out
expect 2 '--by pair: records supports only --by flow' extract good.pcap --features records --by pair -o out
expect 2 'level frames does not fill the column eth_type' extract good.pcap --features ciciot46 --level frames
expect 2 'corrupt.pcap: .* packets before it were counted' extract corrupt.pcap --features ciciot46
expect 2 'interfaces: a pcap file has one' gen mirai --interfaces 2 -o out
expect 2 "unknown format 'xml'; known: table, json$" info good.pcap --format xml
expect 2 "unknown suite 'huge'; known: quick, reference, cic-iot, scale, languages$" bench --suite huge
expect 2 "unknown suite 'huge'; known: malformed$" verify --suite huge
expect 2 "--large needs --suite scale$" bench good.pcap --large
expect 2 "unknown sink 'paper'; known: null, csv, arrow, parquet, pandas, polars, pyarrow$" bench good.pcap --sink paper
expect 2 "unknown command 'dance'; known: bench, " dance
expect 2 "unknown command 'dance'; known: bench, " help dance
expect 2 "unknown list 'everything'; known: backends, columns, scenarios, features" list everything
for command in extract verify bench; do
    expect 2 'error: plug-in missing.so: No such file' $command good.pcap --plugin missing.so
    expect 2 'error: plug-in folder: is a directory: name a shared object' $command good.pcap --plugin folder
    expect 2 'error: plug-in ./text: (file too short|invalid ELF header)' $command good.pcap --plugin ./text
done
for option in "extract --backend" "bench --backends" "verify --backends"; do
    # shellcheck disable=SC2086 # a command and an option
    expect 2 'a plug-in needs --plugin FILE' $option mine good.pcap
done
# A chosen backend that is unavailable fails verify if --fail-on says so.
for status in differs:0 unavailable:1; do
    PKTBENCH_EXTERNAL=$work/folder "$pktbench" verify good.pcap --backends raw,dpkt --levels headers \
        --fail-on ${status%:*} >stdout
    got=$?
    { [ $got -eq ${status#*:} ] && grep -q 'driver dpkt_driver.py not found' stdout; } ||
        fail "verify --fail-on ${status%:*}: status $got: $(cat stdout)"
done
PKTBENCH_MODULES=$work/folder \
    expect 2 "wireshark: module wireshark.so not found: set PKTBENCH_MODULES to its folder, or install .*; looked in $work/folder$" \
    extract good.pcap --backend wireshark
for command in verify bench; do
    expect 2 "--reference: nobody: unknown backend 'nobody'; known: read-all" \
        $command good.pcap --reference nobody
    expect 2 '--reference: read-all: it gives no header columns' \
        $command good.pcap --reference read-all
    expect 2 '--reference: dpkt: it takes part only where it is chosen' \
        $command good.pcap --reference dpkt
done
expect 2 "--flow-rule: unknown flow rule '5'; known: wireshark-4.0, wireshark-4.4$" \
    verify good.pcap --flow-rule 5
[ ! -e out ] || fail "something was left behind"
find . -regextype posix-extended -regex '.*/(out|.*[.](csv|json|pcap))[.][A-Za-z0-9]{6}' | grep . &&
    fail "a temporary file was left"

# Help goes to standard output, with status 0.
for command in bench compare verify report choose extract info list gen slice mix index; do
    "$pktbench" $command --help >stdout 2>stderr || fail "$command --help"
    { [ ! -s stdout ] || [ -s stderr ]; } && fail "$command --help: not on standard output"
done
"$pktbench" >stdout 2>stderr
{ [ $? -ne 2 ] || [ ! -s stderr ] || [ -s stdout ]; } && fail "no command"
for option in --version -V; do
    "$pktbench" $option | grep -Eq '^pktbench [0-9]+\.[0-9]+\.[0-9]+ \(revision [0-9a-z.-]+\)$' ||
        fail "$option: $("$pktbench" $option)"
done

# list --format json.
for what in backends columns scenarios features; do
    "$pktbench" list $what --format json | python3 -c 'import json, sys; sys.exit(not json.load(sys.stdin))' ||
        fail "list $what --format json"
done

# Rows of features: names of the schema equal the header; --columns; --label; a capture without packets.
"$pktbench" list features --format json >features.json
for set in ciciot46 ciciot39 ciciot-fixed; do
    python3 -c '
import json, sys
columns = next(s["columns"] for s in json.load(open("features.json")) if s["name"] == sys.argv[1])
print(",".join(c["name"] for c in columns if c.get("by", "all") == "all"))' $set >names
    "$pktbench" extract good.pcap --features $set >a.csv || fail "--features $set"
    head -n 1 a.csv | cmp - names || fail "$set: the columns of schema and header differ"
    "$pktbench" list features | grep -q "^$set: " || fail "list features: no $set"
    "$pktbench" extract good.pcap --features $set --backend libpcap | cmp - a.csv || fail "$set: libpcap"
done
"$pktbench" extract good.pcap small.pcap --features ciciot-fixed --by flow --window 50ms \
    --columns packet,file,src,packets,syn_count --label x >a.csv || fail "columns of features"
[ "$(sed -n 1,2p a.csv | tr '\n' ' ')" = \
    "packet,file,src,packets,syn_count,label 1,good.pcap,$(sed -n 2p good.csv | cut -d, -f18),1,1,x " ] ||
    fail "columns of features: $(sed -n 1,2p a.csv)"
"$pktbench" extract good.pcap --features ciciot46 --window 1 --columns packet -f 'tcp[4] < 128' >a.csv
"$pktbench" extract good.pcap --columns packet -f 'tcp[4] < 128' | cmp - a.csv ||
    fail "filtered packets have other numbers in features"
[ "$(wc -l <a.csv)" -gt 10 ] || fail "the filter matches too few packets: $(cat a.csv)"
"$pktbench" extract good.pcap --features ciciot-fixed --by flow --max-flows 3 >a.csv 2>stderr
grep -q 'warning: [0-9]* flows were evicted' stderr || fail "no warning of evicted flows: $(cat stderr)"
{
    printf '\xd4\xc3\xb2\xa1\2\0\4\0\0\0\0\0\0\0\0\0\0\0\4\0\1\0\0\0'
} >none.pcap
for set in ciciot46 records; do
    [ "$("$pktbench" extract none.pcap --features $set | wc -l)" -eq 1 ] || fail "$set of no packet"
done
"$pktbench" extract good.pcap --features records >a.csv || fail "--features records"
python3 -c '
import json
columns = next(s["columns"] for s in json.load(open("features.json")) if s["name"] == "records")
print(",".join(c["name"] for c in columns))' >names
head -n 1 a.csv | cmp - names || fail "records: the columns of schema and header differ"
"$pktbench" extract good.pcap --features records --by flow --idle 2m --active 30m | cmp - a.csv ||
    fail "records: the defaults are others"
"$pktbench" extract good.pcap --features records --max-flows 3 >a.csv 2>stderr
grep -q 'warning: [0-9]* flows were evicted' stderr || fail "records: no warning: $(cat stderr)"
grep -q ',evicted$' a.csv || fail "records: no record was evicted: $(cat a.csv)"

# All forms of options; -- ends them; - is standard output.
"$pktbench" extract --backend=libpcap --level frames -o - -- good.pcap >a.csv || fail "forms"
"$pktbench" extract good.pcap --backend raw --level=frames -ob.csv || fail "forms"
cmp a.csv b.csv || fail "raw and libpcap differ"
[ "$(head -n 1 a.csv)" = "ts_ns,cap_len,wire_len,link_type,verdict" ] || fail "header: $(head -n 1 a.csv)"

[ $failures -eq 0 ] && echo "all good"
exit $((failures > 0))
