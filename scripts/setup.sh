#!/bin/sh
#: setup externals
#:     Install the Python libraries that are measured beside the built-in backends, into an
#:     environment in the user's cache folder, and tshark. Build the drivers of parsers in Go, Rust
#:     and Java where the toolchain is installed, and write a list for `pktbench bench --externals`.
#: setup pcapplusplus
#:     Build PcapPlusPlus, which no release of Debian or Ubuntu has, from its sources into the user's
#:     cache folder, and build/release with the module that measures it.
#: setup spark
#:     Install PySpark into an environment in the user's cache folder, and a JDK where there is no
#:     Java: for the tests of the Python package's data source.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"
# shellcheck source=scripts/lib/python.sh
. "$root/scripts/lib/python.sh"
# shellcheck source=scripts/lib/languages.sh
. "$root/scripts/lib/languages.sh"

case "$*" in
externals)
    packages_install '' "$external_packages"
    externals_install
    languages_install
    ;;
pcapplusplus)
    packages_install "$build_packages $pcapplusplus_packages" "$build_optional"
    pcapplusplus_install
    rm -f "$root"/build/*/CMakeCache.txt # it is looked for again
    build release
    ;;
spark)
    packages_install '' "$(spark_missing)"
    spark_install
    ;;
*) fail "setup: unknown argument '$*'; known: externals, pcapplusplus, spark" ;;
esac
