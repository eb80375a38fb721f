#!/bin/sh
# Runs test_readers.py with the Python that has the readers, if it is installed.
# Usage: test_readers.sh PKTBENCH [arrow_export.so]
python=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench/readers/bin/python3
[ -x "$python" ] || python=python3
exec "$python" "$(dirname "$0")/test_readers.py" "$@"
