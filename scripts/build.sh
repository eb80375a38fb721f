#!/bin/sh
#: build
#:     Build build/release/pktbench.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"

[ $# -eq 0 ] || fail "build: takes no arguments, not '$1'"
packages_install "$build_packages" "$build_optional"
build release
say "built build/release/pktbench"
