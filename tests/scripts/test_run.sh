#!/bin/bash
# ./run and the installation of packages, with fakes.sh in place of apt-get, cmake and others.
# Usage: test_run.sh SOURCE
set -u
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tree" "$work/bin"
cp -R "$source/run" "$source/scripts" "$work/tree"
for name in id sudo git cmake dpkg-query apt-cache apt-get; do
    ln -s "$source/tests/scripts/fakes.sh" "$work/bin/$name"
done
export FAKES=$work/fakes
export PATH=$work/bin:$PATH
export XDG_CACHE_HOME=$work/cache
unset PKTBENCH_NO_INSTALL CI
failures=0
tree=$work/tree
required=$(sed -n "s/^build_packages='\(.*\)'$/\1/p" "$tree/scripts/lib/packages.sh")
optional=$(tr '\n' ' ' <"$tree/scripts/lib/packages.sh" | sed "s/.*build_optional='\([^']*\)'.*/\1/")

fail() {
    echo "FAIL: $case: $*"
    sed 's/^/    /' "$work/out" "$work/err" "$FAKES/calls"
    failures=$((failures + 1))
}

# begin CASE: nothing is installed, root asks.
begin() {
    case=$1
    rm -rf "$FAKES" "$tree/build"
    mkdir "$FAKES"
    for list in installed unknown conflicting broken calls; do
        : >"$FAKES/$list"
    done
    echo 0 >"$FAKES/uid"
}
have() { # LIST PACKAGE...
    printf '%s\n' "${@:2}" >>"$FAKES/$1"
}
# run STATUS ARGUMENT...
run() {
    "$tree/run" "${@:2}" >"$work/out" 2>"$work/err"
    got=$?
    [ $got -eq "$1" ] || fail "exit status $got, wanted $1"
}
says() {
    grep -q -- "$1" "$work/err" || fail "no line '$1'"
}
# calls COUNT PATTERN: so many calls match.
calls() {
    local count
    count=$(grep -c -- "$2" "$FAKES/calls")
    [ "$count" -eq "$1" ] || fail "$count calls of '$2', wanted $1"
}
transaction='apt-get install -y'

begin 'usage'
run 0 help
for script in "$source"/scripts/*.sh; do
    grep -q "^  $(basename "$script" .sh)\( \|\$\)" "$work/out" || fail "help is silent about $script"
done
run 2
[ ! -s "$work/out" ] || fail 'without a command, the usage is on stdout'
for name in none lib/apt '*' -x; do
    run 2 "$name"
    says "^run: unknown command '.*'; known: bench, build, fuzz, gate, help, package, selftest, setup, test, update-docs, wheel$"
done
run 2 build everything
run 2 test --some
run 2 setup
run 2 setup all
says "known: externals, pcapplusplus, spark"
run 2 package wheel
says "known: deb, tarball"
run 2 package deb tarball

begin 'all is installed'
# shellcheck disable=SC2086 # lists of words
have installed $required $optional
run 0 build
calls 0 apt-get
calls 2 cmake
[ "$(cat "$work/err")" = "run: building build/release (a few minutes; log: build/release.log)
run: built build/release/pktbench" ] || fail 'other lines'

begin 'progress of a build'
# shellcheck disable=SC2086 # lists of words
have installed $required $optional
{
    seq -f '[%g/60] Building' 60
    echo 'a warning [1/2]'
} >"$FAKES/ninja"
run 0 build
[ "$(grep -c '^run: \[[0-9]*/60\]$' "$work/err")" -eq 10 ] || fail "steps: $(cat "$work/err")"
says '^run: \[60/60\]$'
[ "$(tail -n 61 "$tree/build/release.log")" = "$(cat "$FAKES/ninja")" ] || fail 'the log is not the output'
seq -f '[%g/10] Building' 10 >"$FAKES/ninja"
run 0 build
! grep -q '^run: \[' "$work/err" || fail "steps of a short build: $(cat "$work/err")"
touch "$FAKES/compiler-fails"
run 2 build
says '^\[10/10\] Building$'
says '^run: the build of build/release failed$'

begin 'one transaction'
have unknown libtrace3-dev
mkdir -p "$tree/build/release"
touch "$tree/build/release/build.ninja" "$tree/build/release/CMakeCache.txt"
run 0 build
calls 1 'apt-get update'
calls 1 "$transaction"
calls 1 "$transaction.* gcc .* liblzma-dev$"
calls 0 "install .*libtrace3-dev"
calls 1 'cmake --preset release'
says '^run: installing 31 packages, 12.3 MB to download, 900 MB on disk: gcc '
says '^run: continuing without optional packages that are not installed: libtrace3-dev$'
[ ! -e "$tree/build/release/CMakeCache.txt" ] || fail 'libraries are not looked for again'
: >"$FAKES/calls"
run 0 build # and apt is not asked for the same again
calls 0 apt-get
says 'optional packages that are not installed: libtrace3-dev$'

begin 'an optional package that conflicts'
have conflicting hyperfine
run 0 build
calls 1 "$transaction.* gcc .* liblzma-dev$"
calls 0 "$transaction.*hyperfine"
says 'not installed: hyperfine$'

begin 'an optional package that fails'
have broken libtins-dev
run 0 build
calls 2 "$transaction"
calls 1 "$transaction.*libxxhash-dev$"
says '^E: broken'
says 'not installed: .*libtins-dev'

begin 'a required package that fails'
have broken cmake
run 2 build
calls 2 "$transaction"
calls 0 '^cmake'
says '^run: required packages cannot be installed; run as root: apt-get install -y .* gcc .*libxxhash-dev$'

begin 'offline'
touch "$FAKES/offline"
have unknown libtrace3-dev
run 0 build
says '^run: apt-get update failed'
: >"$FAKES/calls"
run 0 build # the old lists may be why it was not found: apt is asked again
calls 1 'apt-get update'

for way in option option-first no-root; do
    begin "nothing may be installed: $way"
    # shellcheck disable=SC2086 # a list of words
    have installed ${required/cmake/}
    options=(build)
    case $way in
    option) options=(build --no-install) ;;
    option-first) options=(--no-install build) ;;
    no-root) echo 1000 >"$FAKES/uid" ;;
    esac
    run 2 "${options[@]}"
    calls 0 .
    says '^run: required packages are missing; run as root: apt-get install -y --no-install-recommends cmake$'
    have installed cmake
    run 0 "${options[@]}"
    calls 0 apt-get
    says '^run: continuing without optional packages that are not installed: libwireshark-dev '
done

begin 'sudo without a password'
echo 1000 >"$FAKES/uid"
touch "$FAKES/sudo"
run 0 build
calls 1 "^sudo -n env .*$transaction"

begin 'PcapPlusPlus from its sources'
commit=$(sed -n 's/^pcapplusplus_commit=//p' "$tree/scripts/lib/pcapplusplus.sh")
installed=$work/cache/pktbench/pcapplusplus/lib/pkgconfig
# shellcheck disable=SC2086 # lists of words
have installed $required $optional git
echo "$commit" >"$FAKES/head"
run 0 setup pcapplusplus
calls 1 '^git clone .*/PcapPlusPlus$'
calls 1 "^cmake -S .*-DCMAKE_INSTALL_PREFIX=$work/cache/pktbench/pcapplusplus "
calls 1 '^cmake --install '
calls 1 '^cmake --preset release$'
mkdir -p "$installed"
touch "$installed/PcapPlusPlus.pc"
: >"$FAKES/calls"
run 0 setup pcapplusplus
calls 0 '^git'
calls 1 '^cmake --preset release$'
rm "$installed/PcapPlusPlus.pc"
echo another >"$FAKES/head"
run 2 setup pcapplusplus
says "^run: PcapPlusPlus cannot be fetched or built .*: v[0-9.]* is another, not $commit$"
rm "$FAKES/head"
run 2 setup pcapplusplus
says '^run: PcapPlusPlus cannot be fetched or built '
run 2 --no-install setup pcapplusplus
says '^run: PcapPlusPlus is not installed, because of --no-install$'

[ $failures -eq 0 ] && echo "all good"
exit $((failures > 0))
