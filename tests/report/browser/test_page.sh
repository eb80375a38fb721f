#!/bin/sh
# The page in a browser. Exit status 77: skipped.
# Usage: test_page.sh PKTBENCH SOURCE MODULES
set -eu
pktbench=$1
source=$2
modules=$3

skip() {
    echo "SKIP: $*"
    exit 77
}
command -v node >/dev/null || skip "node is not installed"
browser=$(command -v chromium || command -v chromium-browser) || skip "chromium is not installed"
[ -d "$modules/node_modules/playwright-core" ] ||
    skip "playwright-core is not in $modules; ./run test installs it"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Everything that the browser writes goes with the folder.
export HOME="$folder" XDG_CONFIG_HOME="$folder" XDG_CACHE_HOME="$folder"

check() {
    "$pktbench" report "$@" -o "$folder/report"
    node "$source/tests/report/browser/page.test.mjs" "$modules" "$browser" \
        "$folder/report/index.html" "$@"
    rm -r "$folder/report"
}
check "$source/results/reference/default.json" "$source/results/reference/cic-iot.json" \
    "$source/results/reference/languages.json"
check "$source/tests/report/mixed.json"

python3 "$source/tests/report/test_board.py" "$pktbench" "$source" "$folder/results"
"$pktbench" board "$folder"/results/*.json -o "$folder/board"
node "$source/tests/report/browser/board.test.mjs" "$modules" "$browser" "$folder/board/index.html"

python3 "$source/tests/report/test_history.py" "$pktbench" "$source" "$folder/changes"
"$pktbench" history "$folder/changes" --format html -o "$folder/history.html" 2>"$folder/stderr" ||
    { cat "$folder/stderr"; exit 1; }
node "$source/tests/report/browser/history.test.mjs" "$modules" "$browser" "$folder/history.html"
