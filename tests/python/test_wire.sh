#!/bin/sh
# Live capture by the Python package that python-package built.
# Usage: test_wire.sh PKTBENCH SEND SOURCE BUILD
set -eu
source=$3
build=$4/python-package
# shellcheck source=tests/python/wheel.sh
. "$source/tests/python/wheel.sh"
wheel_needs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wheel_installed
wheel_with "$packages"
cd "$work"
PYTHONDONTWRITEBYTECODE=1 "$work/venv/bin/python3" "$source/tests/python/sniff_on_wire.py" "$1" "$2"
