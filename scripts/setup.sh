#!/bin/sh
#: setup externals
#:     Install the Python libraries that are measured beside the built-in backends, into an
#:     environment in the user's cache folder, and tshark.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"
# shellcheck source=scripts/lib/python.sh
. "$root/scripts/lib/python.sh"

[ "$*" = externals ] || fail "setup: unknown argument '$*'; known: externals"
packages_install "$external_packages" ''
externals_install
