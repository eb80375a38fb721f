#!/bin/sh
# What is installed works by itself, wherever its prefix lies: header, libraries, program, manual.
# Usage: test_install.sh BUILD SOURCE C_COMPILER [SANITIZERS]
set -eu
build=$1
source=$2
compiler=$3
if [ -n "${4:-}" ]; then
    echo "SKIP: built with $4: programs would have to link its run-time library"
    exit 77
fi
here=$source/tests/install
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset PKTBENCH_MODULES

fail() {
    echo "FAIL: $*" >&2
    exit 1
}
quietly() {
    "$@" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        fail "$*"
    }
}

# Moved after the installation: nothing may remember the first prefix.
quietly cmake --install "$build" --prefix "$work/first"
prefix=$work/prefix
mv "$work/first" "$prefix"
# At the start of a path: a checkout in /src is not meant by rust/src/main.rs.
path_pattern() {
    printf '(^|[^[:alnum:]_./-])%s' "$(printf '%s' "$1" | sed 's/[][\.*^$+?(){}|]/\\&/g')"
}
! grep -rIlE -e "$(path_pattern "$work/first")" -e "$(path_pattern "$source")" \
    -e "$(path_pattern "$build")" "$prefix" ||
    fail "these files name a folder of this machine"
libraries=$(dirname "$(find "$prefix" -name libpktbench.so)")

# The header, by every compiler that is there.
strict='-Wall -Wextra -Wpedantic -Wconversion -Werror'
for command in 'gcc -x c -std=c11' 'clang -x c -std=c11' 'g++ -x c++ -std=c++17' \
    'clang++ -x c++ -std=c++17'; do
    if ! command -v "${command%% *}" >/dev/null; then
        echo "SKIP: the header by ${command%% *}: it is not installed"
        continue
    fi
    # shellcheck disable=SC2086 # lists of words
    quietly $command $strict -fsyntax-only -I "$prefix/include" "$here/header.c"
done

# The shared library exports all functions of the header, and nothing else.
sed -n '/^static/!s/^[A-Za-z][^(]*[ *]\(pkt_[a-z_]*\)(.*/\1/p' "$prefix/include/pktbench.h" \
    "$prefix/include/pktbench/columns.h" "$prefix/include/pktbench/query.h" |
    grep -vx pkt_module | sort >"$work/declared"
nm -D --defined-only "$libraries/libpktbench.so" | awk '{ print $3 }' | sort >"$work/exported"
[ -s "$work/declared" ] || fail "no function is declared"
diff "$work/declared" "$work/exported" || fail "declared (<) and exported (>) differ"

# The program, on a capture whose number of packets the generator tells.
pktbench=$prefix/bin/pktbench
capture=$work/capture.pcap
quietly "$pktbench" gen tcp-flood --size 500000 -o "$capture" --truth "$work/truth.csv"
quietly "$pktbench" extract "$capture" --columns "$(head -1 "$work/truth.csv")" --backend raw \
    -o "$work/rows.csv"
cmp "$work/truth.csv" "$work/rows.csv" || fail "extract does not give the truth"
packets=$(($(wc -l <"$work/truth.csv") - 1))
"$pktbench" list backends >"$work/backends"
for module in wireshark libtins libtrace pcapplusplus; do
    if [ -e "$build/modules/$module.so" ]; then
        grep -A 1 "^$module: " "$work/backends" | grep -q '^    version ' ||
            fail "the installed program does not find its module: $(grep -A 1 "^$module: " "$work/backends")"
    else
        echo "SKIP: the $module module: it is not built"
    fi
done

# The program of doc/library.md in every way of linking. `-lpktbench` would take the shared library.
example=$source/examples/count_packets
expect_count() { # PROGRAM
    "$1" "$capture" >counted || fail "$1 failed"
    [ "$(awk -F , 'NR > 1 { n += $2 } END { print n }' counted)" = "$packets" ] ||
        fail "$1 counts other packets than the $packets that there are: $(cat counted)"
}
is_shared() {
    readelf -d "$1" | grep -q 'NEEDED.*\[libpktbench\.so\.'
}
export PKG_CONFIG_PATH="$libraries/pkgconfig"
cd "$work"
static=$(pkg-config --static --cflags --libs pktbench | sed 's/-lpktbench/-l:libpktbench.a/')
shared=$(pkg-config --cflags --libs pktbench)
# shellcheck disable=SC2086 # lists of words
{
    quietly "$compiler" -std=c11 $strict "$example/count_packets.c" $static -o by_pc_static
    quietly "$compiler" -std=c11 $strict "$example/count_packets.c" $shared \
        -Wl,-rpath,"$libraries" -o by_pc_shared
}
for kind in pktbench shared; do
    mkdir $kind
    cp "$example/count_packets.c" $kind
    sed "s/pktbench::pktbench/pktbench::$kind/" "$example/CMakeLists.txt" >$kind/CMakeLists.txt
    quietly cmake -G Ninja -S $kind -B $kind/build -DCMAKE_C_COMPILER="$compiler" \
        -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_FLAGS="$strict"
    quietly cmake --build $kind/build
done
for program in ./by_pc_static pktbench/build/count_packets; do
    ! is_shared $program || fail "$program is linked with the shared library"
    expect_count $program
done
for program in ./by_pc_shared shared/build/count_packets; do
    is_shared $program || fail "$program is not linked with the shared library"
    expect_count $program
done

# The program with a query, linked in both ways.
query=$source/examples/extract_rows/extract_rows.c
bytes=$("$pktbench" extract --columns wire_len "$capture" |
    awk 'NR > 1 { n += $1 } END { printf "%.0f", n }')
for libraries_of in "$static" "$shared -Wl,-rpath,$libraries"; do
    # shellcheck disable=SC2086 # lists of words
    quietly "$compiler" -std=c11 $strict "$query" $libraries_of -o by_query
    [ "$(./by_query "$capture")" = "$packets packets, $bytes bytes" ] ||
        fail "extract_rows: $(./by_query "$capture" 2>&1), of $packets packets, $bytes bytes"
    [ "$(./by_query "$capture" 'not ip and not ip6')" = "0 packets, 0 bytes" ] ||
        fail "extract_rows ignores its filter"
done
! ./by_query "$work/none.pcap" 2>error || fail "extract_rows reads a file that is not there"
grep -q "none.pcap: No such file" error || fail "extract_rows does not say what is missing: $(cat error)"

fenced() { # LANGUAGE PAGE
    awk -v fence="\`\`\`" -v language="$1" '
        $0 == fence language { inside = 1; next }
        $0 == fence { inside = 0 }
        inside' "$source/$2"
}

# The function in README.md, also with a module: one that is not found is an error.
{
    fenced c README.md
    cat <<'TEXT'
int main(int argc, char **argv)
{
    uint64_t packets, bytes = 0;
    pkt_err err = {.code = PKT_ERR_NONE};
    pkt_batch *batch = pkt_batch_new(&err);
    if (argc != 2 || !batch || count(argv[1], batch, &packets, &bytes, &err) != 0) {
        fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    pkt_batch_free(batch);
    printf("protocol,packets\nany,%ju\n", (uintmax_t)packets);
    return bytes < packets;
}
TEXT
} >readme.c
sed 's/"raw"/"wireshark"/' readme.c >module.c
! cmp -s readme.c module.c || fail "README.md: the backend is not named raw"
for program in readme module; do
    # shellcheck disable=SC2086 # lists of words
    quietly "$compiler" -std=c11 $strict $program.c $static -o $program
done
expect_count ./readme
status=0
PKTBENCH_MODULES=$work ./module "$capture" 2>log || status=$?
[ $status -eq 1 ] || fail "a module that is not found: status $status"
grep -q "^module wireshark.so not found: set PKTBENCH_MODULES to its folder, .*; looked in $work$" log ||
    fail "a module that is not found: $(cat log)"
if [ -e "$build/modules/wireshark.so" ]; then
    export PKTBENCH_MODULES="$libraries/pktbench/modules"
    expect_count ./module
    unset PKTBENCH_MODULES
fi

# The steps of the pages, as a reader types them in a checkout: every command must succeed.
mkdir checkout
ln -s "$source/examples" checkout/examples
mkdir checkout/build
ln -s "$build" checkout/build/release
expect_steps() { # PAGE
    fenced sh "doc/$1" >steps
    [ -s steps ] || fail "$1 has no steps"
    (cd checkout && HOME=$work CMAKE_GENERATOR=Ninja CC=$compiler sh -e ../steps) >log 2>&1 ||
        fail "the steps of $1: $(cat log)"
}
expect_steps library.md
grep -q '^6,[0-9]*,[0-9]*$' log || fail "library.md: no TCP is counted: $(cat log)"
expect_steps plug-ins.md
grep -Eq '^mine +headers ' log || fail "plug-ins.md: no row of the plug-in: $(cat log)"

# The example plug-in agrees with raw; with a wrong port it does not.
mkdir wrong
cp "$source/examples/plugin/CMakeLists.txt" wrong
sed 's/dst_port\(.*\)be16(h + 2)/dst_port\1be16(h)/' "$source/examples/plugin/mine.c" >wrong/mine.c
! cmp -s "$source/examples/plugin/mine.c" wrong/mine.c || fail "the plug-in's port is not where it was"
expect_verify() { # STATUS SOURCES ROW
    quietly cmake -G Ninja -S "$2" -B plugin -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" \
        -DCMAKE_C_FLAGS="$strict"
    quietly cmake --build plugin
    status=0
    "$pktbench" verify "$capture" --plugin ./plugin/libmine.so --backends raw,mine \
        --reference raw >verified 2>&1 || status=$?
    [ $status -eq "$1" ] || fail "verify with the plug-in of $2: status $status: $(cat verified)"
    "$pktbench" bench "$capture" --plugin ./plugin/libmine.so --backends raw,mine --levels headers \
        --reference raw --processes 1 --rounds 1 --budget 1s -o plugin/results.json >table 2>&1 ||
        fail "bench with the plug-in of $2: $(cat table)"
    grep -Eq "^mine +headers +$3" table || fail "no row of the plug-in of $2: $(cat table)"
    rm -r plugin
}
expect_verify 0 "$source/examples/plugin" "[0-9.,]+ +"
expect_verify 1 wrong ".*disagrees: "

# The parser of some columns of IPv4 in plug-ins.md: it agrees on IPv4 traffic, and only there.
mkdir some
cp "$source/examples/plugin/CMakeLists.txt" some
fenced c doc/plug-ins.md >columns
awk 'NR == FNR { columns = columns $0 "\n"; next }
    /^static const pkt_level_work levels/ { printf "%s", columns }
    { print }' columns "$source/examples/plugin/mine.c" |
    sed -e 's/PKT_SET(HEADERS_WORD)/PKT_SET(COLUMNS_WORD)/' \
        -e 's/if (type == IPV6)/if (type == IPV6 \&\& !to.batch)/' >some/mine.c
quietly cmake -G Ninja -S some -B plugin -DCMAKE_C_COMPILER="$compiler" -DCMAKE_PREFIX_PATH="$prefix" \
    -DCMAKE_C_FLAGS="$strict"
quietly cmake --build plugin
quietly "$pktbench" gen benign-iot --size 500kB -o mixed.pcap
verify_some() { # OPTION...
    "$pktbench" verify mixed.pcap --plugin plugin/libmine.so --backends mine --reference raw "$@" >verified 2>&1
}
verify_some -f ip || fail "some columns of IPv4: $(cat verified)"
grep -Eq '^  mine +headers +ok +raw ' verified || fail "some columns of IPv4: $(cat verified)"
! verify_some || fail "IPv6 packets without columns agree"
grep -Eq '^    columns: ip_version [0-9]+, ip_proto [0-9]+, src [0-9]+$' verified ||
    fail "columns that differ: $(cat verified)"

# Nobody who has an installation alone can run a command of the checkout.
if command -v python3 >/dev/null; then
    advice=$(PYTHONPATH=$libraries/pktbench/external python3 -B -c 'import process; print(process.INSTALL)')
    case $advice in
    '' | *./run*) fail "the advice of an installed driver: $advice" ;;
    esac
else
    echo "SKIP: the advice of the drivers: python3 is not installed"
fi

# The pages that help and messages name, and what their links lead to.
pages=$prefix/share/doc/pktbench
for page in $(grep -rohE 'doc/[a-z-]+\.md' "$source/cli" "$source/bench" --include='*.[ch]' | sort -u) \
    $(grep -ohE '\]\(\.\./(examples|results/protocol)[^)#]*' "$source"/doc/*.md | sed 's,^](\.\./,,' | sort -u); do
    [ -e "$pages/$page" ] || fail "$page is not installed"
done

# What the program writes about itself.
cmp "$prefix/share/man/man1/pktbench.1" "$build/pktbench.1" || fail "no manual page"
bash -n "$prefix/share/bash-completion/completions/pktbench" || fail "no completion for bash"
grep -q '^#compdef pktbench$' "$prefix/share/zsh/site-functions/_pktbench" ||
    fail "no completion for zsh"
echo "all good"
