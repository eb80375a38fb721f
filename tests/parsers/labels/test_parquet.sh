#!/bin/sh
# Runs test_parquet.py with the Python that has the writers, if it is installed.
# Usage: test_parquet.sh PKTBENCH
python=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench/readers/bin/python3
[ -x "$python" ] || python=python3
exec "$python" "$(dirname "$0")/test_parquet.py" "$@"
