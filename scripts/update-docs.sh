#!/bin/sh
#: update-docs
#:     Rewrite what documents take from results/reference/ and examples/: report/sample, and the
#:     tables and programs in README.md and doc/. Run it after results were measured again.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"

program=$root/build/release/pktbench
[ $# -eq 0 ] || fail "update-docs: takes no arguments, not '$1'"
[ -x "$program" ] || fail "update-docs: build/release/pktbench is missing: run \`./run build\`"
"$program" report "$root/results/reference/default.json" "$root/results/reference/cic-iot.json" \
    "$root/results/reference/languages.json" -o "$root/report/sample"
exec python3 "$root/scripts/doc_tables.py" "$program" --write
