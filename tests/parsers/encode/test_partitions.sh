#!/bin/sh
# Runs test_partitions.py with the Python that has the readers, if it is installed.
# Usage: test_partitions.sh PKTBENCH
python=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench/readers/bin/python3
[ -x "$python" ] || python=python3
exec "$python" "$(dirname "$0")/test_partitions.py" "$@"
