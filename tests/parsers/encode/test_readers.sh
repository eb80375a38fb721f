#!/bin/sh
# test_readers.py by the interpreter that has the readers. Usage: test_readers.sh PKTBENCH [hand_over.so]
python=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench/readers/bin/python3
[ -x "$python" ] || python=python3
exec "$python" "$(dirname "$0")/test_readers.py" "$@"
