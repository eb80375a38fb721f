#!/bin/sh
#: selftest [ARGUMENT...]
#:     Measure the error rate of the gate of `bench --baseline`: trials of a backend against the
#:     same backend slowed by a known amount. Counts are added to build/selftest.json. Arguments:
#:     bench/selftest/selftest.py --help
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"

packages_install "$build_packages libcmocka-dev python3" "$gate_packages"
build release
exec python3 "$root/bench/selftest/selftest.py" "$root/build/release/pktbench" \
    "$root/build/release/selftest" --results "$root/build/selftest.json" "$@"
