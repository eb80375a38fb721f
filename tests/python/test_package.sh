#!/bin/sh
# Builds the Python package, installs it into a new virtual environment, and runs its tests there.
# Usage: test_package.sh PKTBENCH SOURCE BUILD
set -eu
export PKTBENCH="$1"
source=$2
build=$3/python-package
# shellcheck source=tests/python/wheel.sh
. "$source/tests/python/wheel.sh"
wheel_needs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wheel_install
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
# The package alone, without any other.
"$PKTBENCH" gen tcp-flood --size 100000 -o "$work/flood.pcap"
"$work/venv/bin/python3" "$source/tests/python/bare.py" "$work/flood.pcap"
for version in 3.12 3.13 3.14; do
    if interpreter=$(python_find $version); then
        "$interpreter" -m venv --without-pip "$work/$version"
        "$work/venv/bin/python3" -m pip --python "$work/$version/bin/python3" install --quiet \
            --disable-pip-version-check --no-index --no-deps "$build"/dist/*.whl
        "$work/$version/bin/python3" "$source/tests/python/bare.py" "$work/flood.pcap"
    else
        echo "SKIP: Python $version: there is no python$version"
    fi
done
wheel_with "$packages"
cd "$work"
"$work/venv/bin/python3" -m pytest -q -p no:cacheprovider "$source/tests/python"
