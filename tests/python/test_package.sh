#!/bin/sh
# Builds the Python package, installs it into a new virtual environment, and runs its tests there.
# Usage: test_package.sh PKTBENCH SEND SOURCE BUILD
set -eu
export PKTBENCH="$1"
send=$2
source=$3
build=$4/python-package
packages=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench/python
skip() {
    echo "SKIP: $*"
    exit 77
}
[ -x "$packages/bin/python3" ] || skip "the Python packages of tests/python/requirements.txt are not installed (./run test installs them where the package index can be reached)"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "Python is older than 3.11"
python3 -c 'import os, sysconfig; assert os.path.exists(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null ||
    skip "python3-dev is not installed"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$build/dist"
mkdir -p "$build"

(cd "$source" && "$packages/bin/python3" -m build --wheel --no-isolation \
    "-Cbuild-dir=$build/tree" --outdir "$build/dist" .) >"$build/build.log" 2>&1 || {
    tail -n 30 "$build/build.log"
    exit 1
}
# The source package has files of the source tree, and nothing that builds and runs leave there.
if git -C "$source" ls-files --cached --others --exclude-standard >"$work/known" 2>/dev/null; then
    (cd "$source" && "$packages/bin/python3" -m build --sdist --no-isolation \
        --outdir "$work/sdist" .) >"$build/sdist.log" 2>&1 || {
        tail -n 30 "$build/sdist.log"
        exit 1
    }
    echo PKG-INFO >>"$work/known"
    tar -tzf "$work"/sdist/*.tar.gz | sed 's,^[^/]*/,,' | LC_ALL=C sort >"$work/packed"
    left=$(LC_ALL=C sort "$work/known" | LC_ALL=C comm -13 - "$work/packed")
    [ -z "$left" ] || {
        echo "not of the source tree: $left"
        exit 1
    }
fi
python3 -m venv "$work/venv"
"$work/venv/bin/python3" -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
    "$build"/dist/*.whl
# The package alone, without any other.
"$PKTBENCH" gen tcp-flood --size 100000 -o "$work/flood.pcap"
(cd "$work" && "$work/venv/bin/python3" -c \
    'import pktbench; assert next(pktbench.packets("flood.pcap"))[1].ip_version == 4')
"$packages/bin/python3" -c 'import site; print(site.getsitepackages()[0])' \
    >"$("$work/venv/bin/python3" -c 'import site; print(site.getsitepackages()[0])')/packages.pth"
cd "$work"
"$work/venv/bin/python3" -m pytest -q -p no:cacheprovider "$source/tests/python"
PYTHONDONTWRITEBYTECODE=1 "$work/venv/bin/python3" "$source/tests/python/sniff_on_wire.py" \
    "$PKTBENCH" "$send" || {
    status=$?
    [ $status -eq 77 ] || exit $status
}
