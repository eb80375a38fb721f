#!/bin/sh
#: update-docs
#:     Write what documents take from results/reference/ anew: report/sample, and the tables of
#:     README.md and doc/. Run it after results were measured again, or after an example changed.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
program=$root/build/release/pktbench
if [ ! -x "$program" ]; then
    echo "update-docs: build/release/pktbench is missing: run \`./run build\` first" >&2
    exit 2
fi
"$program" report "$root/results/reference/default.json" "$root/results/reference/cic-iot.json" \
    -o "$root/report/sample"
exec python3 "$root/scripts/doc_tables.py" "$program" --write
