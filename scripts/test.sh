#!/bin/sh
#: test [--all]
#:     Build twice (release, and with AddressSanitizer and UBSan), run the tests with both, and list
#:     what was skipped and why. --all: also the slow tests with sanitizers, all captures of
#:     $PKTBENCH_CORPUS against tshark, and what takes minutes: cppcheck and clang's analyzer.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"
# shellcheck source=scripts/lib/python.sh
. "$root/scripts/lib/python.sh"
# shellcheck source=scripts/lib/browser.sh
. "$root/scripts/lib/browser.sh"

excluded_asan='lint|slow'
excluded_release=whole
whole=
for argument in "$@"; do
    case $argument in
    --all)
        excluded_asan='lint|whole'
        excluded_release=none
        whole=$bare_packages
        ;;
    *) fail "test: unknown argument '$argument'; known: --all" ;;
    esac
done

# run_tests PRESET EXCLUDED_LABELS: ctest, whose output is kept in build/PRESET/ctest.log too. Many
# tests wait for a deadline: three at once keep two processors busy.
run_tests() {
    (cd "$root" && ctest --preset "$1" --no-tests=error -j 3 -LE "$2" -O "build/$1/ctest.log") ||
        status=1
}

# What was skipped, what failed, and ctest's closing line, of both builds: the end of the output.
summarize() {
    for preset in asan release; do
        awk -v preset=$preset -f "$root/scripts/lib/skips.awk" "$root/build/$preset/ctest.log" \
            "$root/build/$preset/Testing/Temporary/LastTest.log"
    done
    for preset in asan release; do
        printf '\n%s:\n' "$preset"
        awk '/^[0-9]+% tests passed, /; /^The following tests FAILED:/ { on = 1 }
            on && /^(The|\t)/' "$root/build/$preset/ctest.log"
    done
}

packages_install "$build_packages $test_packages" "$build_optional $lint_packages $gate_packages
    $text_packages $reader_packages $python_packages $live_packages $whole $(browser_missing)"
if [ -z "${PKTBENCH_NO_INSTALL:-}" ]; then
    browser_install
    python_environment readers "$root/tests/parsers/encode/requirements.txt" || true
    python_environment python "$root/tests/python/requirements.txt" || true
fi
warnings=OFF
[ -z "${CI:-}" ] || warnings=ON
build release "-DPKTBENCH_WERROR=$warnings"
build asan "-DPKTBENCH_WERROR=$warnings"
status=0
run_tests asan "$excluded_asan"
run_tests release "$excluded_release"
summarize
exit $status
