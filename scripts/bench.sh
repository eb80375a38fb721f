#!/bin/sh
#: bench [ARGUMENT...]
#:     Build, then run `pktbench bench --report ARGUMENT...`: without captures, over generated
#:     traffic; with captures, over slices of them. Writes an HTML page beside the results.
#:     With `--suite cic-iot` and `--suite languages`, first does what `setup externals` does.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"
# shellcheck source=scripts/lib/python.sh
. "$root/scripts/lib/python.sh"
# shellcheck source=scripts/lib/languages.sh
. "$root/scripts/lib/languages.sh"

case " $* " in
*" --suite cic-iot "* | *" --suite=cic-iot "*)
    packages_install "$build_packages $external_packages" "$build_optional"
    externals_install
    ;;
*" --suite languages "* | *" --suite=languages "*)
    packages_install "$build_packages" "$build_optional $external_packages"
    externals_install
    languages_install
    ;;
*) packages_install "$build_packages" "$build_optional" ;;
esac
build release
exec "$root/build/release/pktbench" bench --report "$@"
