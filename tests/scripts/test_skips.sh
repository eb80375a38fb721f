#!/bin/sh
# What ./run test says of skipped tests, from a run of ctest.
# Usage: test_skips.sh SOURCE
set -eu
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >CMakeLists.txt <<'TEXT'
cmake_minimum_required(VERSION 3.22)
project(skips NONE)
enable_testing()
add_test(NAME passes COMMAND sh -c "echo 'not SKIP: this'")
add_test(NAME part COMMAND sh -c "echo 'SKIP: one: reason'; echo 'SKIP: two'")
add_test(NAME whole COMMAND sh -c "echo 'SKIP: no tool'; exit 77")
add_test(NAME silent COMMAND sh -c "exit 77")
add_test(NAME fails COMMAND sh -c "echo 'SKIP: half'; exit 1")
set_tests_properties(whole silent PROPERTIES SKIP_RETURN_CODE 77)
TEXT
cat >wanted <<'TEXT'

skipped (release):
  part (a part): one: reason
  part (a part): two
  whole: no tool
  silent: no reason given
  fails (a part): half
TEXT
cmake -G Ninja -S . -B build >/dev/null
if (cd build && ctest -O ctest.log) >/dev/null 2>&1; then
    echo "FAIL: a test fails, and ctest does not" >&2
    exit 1
fi
skips() {
    awk -v preset=release -f "$source/scripts/lib/skips.awk" build/ctest.log \
        build/Testing/Temporary/LastTest.log
}
skips | diff wanted -
(cd build && ctest -R passes -O ctest.log >/dev/null)
[ -z "$(skips)" ]
echo "all good"
