#!/bin/sh
# What takes minutes: the package from the source package, large captures, and `bench --sink` with all
# libraries.
# Usage: test_whole.sh PKTBENCH SOURCE BUILD
set -eu
export PKTBENCH="$1"
source=$2
build=$3/python-package
# shellcheck source=tests/python/wheel.sh
. "$source/tests/python/wheel.sh"
wheel_needs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$PKTBENCH" gen tcp-flood --size 100000 -o "$work/flood.pcap"
(cd "$source" && "$packages/bin/python3" -m build --sdist --no-isolation --outdir "$work/sdist" .) \
    >"$work/sdist.log" 2>&1 || {
    tail -n 30 "$work/sdist.log"
    exit 1
}
python3 -m venv "$work/venv"
wheel_with "$packages" # what builds it
"$work/venv/bin/python3" -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
    --no-build-isolation "$work"/sdist/*.tar.gz
rm "$work"/venv/lib/python3*/site-packages/packages.pth
"$work/venv/bin/python3" "$source/tests/python/bare.py" "$work/flood.pcap"
wheel_with "$packages"
cd "$work"
PKTBENCH_WHOLE=1 "$work/venv/bin/python3" -m pytest -q -p no:cacheprovider \
    "$source/tests/python/test_memory.py" "$source/tests/python/test_data_frames.py"
