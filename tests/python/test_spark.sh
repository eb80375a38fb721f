#!/bin/sh
# The data source of PySpark, with the packages that `./run setup spark` installs.
# Usage: test_spark.sh PKTBENCH SOURCE BUILD
set -eu
export PKTBENCH="$1"
source=$2
build=$3/python-package
# shellcheck source=tests/python/wheel.sh
. "$source/tests/python/wheel.sh"
wheel_needs
missing=$(spark_missing)
[ -z "$missing" ] || skip "$missing"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wheel_install
wheel_with "$environments/spark"
cd "$work"
export PYSPARK_PYTHON="$work/venv/bin/python3"
"$work/venv/bin/python3" -m pytest -q -p no:cacheprovider "$source"/tests/python/test_spark.py \
    "$source"/tests/python/test_spark_[!t]*.py
