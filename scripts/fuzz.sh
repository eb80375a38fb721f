#!/bin/sh
#: fuzz [--minutes N] [--corpus FOLDER] [TARGET...]
#:     Build the fuzz targets and run each for N minutes (default 1). Prints a table of executions,
#:     coverage and CPU time, for this run and for all runs on the same corpus (default
#:     build/fuzz/corpus). Arguments: tests/fuzz/fuzz.py --help
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"

packages_install "$build_packages $fuzz_packages" "$fuzz_optional $build_optional"
build fuzz
exec python3 "$root/tests/fuzz/fuzz.py" "$root/build/fuzz" "$@"
