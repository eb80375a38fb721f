#!/bin/sh
# The figures of examples/baseline/ come out again, within their spread.
# Usage: test_baseline.sh PKTBENCH SOURCE [baseline.py option...]
set -eu
program=$1
source=$2
shift 2
python=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench/python/bin/python3
[ -x "$python" ] || python=python3
if ! "$python" -c 'import pandas, pyarrow, river, sklearn' 2>/dev/null; then
    echo "SKIP: scikit-learn or river is not installed; \`./run test\` installs them if the Python package index can be reached"
    exit 77
fi
exec "$python" "$source/examples/baseline/baseline.py" --pktbench "$program" \
    --check "$source/examples/baseline/figures.json" "$@"
