#!/bin/sh
# One lint over what git tracks, or what the build compiles. Exit status 77: skipped.
# Usage: lint.sh format|tidy|analyzer|cppcheck|shell SOURCE BUILD
set -eu
lint=$1
cd "$2"
build=$3
commands=$build/compile_commands.json

# Other versions of these tools format and warn otherwise.
llvm=14
cppcheck=2.10

skip() {
    echo "SKIP: $*"
    exit 77
}
need() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
}
llvm_tool() {
    for tool in "$1-$llvm" "$1"; do
        if command -v "$tool" >/dev/null && "$tool" --version | grep -q "version $llvm\."; then
            echo "$tool"
            return 0
        fi
    done
    return 1
}
tracked() {
    git ls-files -z -- "$@"
}
# sources FOLDER: what the build compiles from C files of this tree, each once, as
# FOLDER/compile_commands.json. C++ is left to its compilers: the public header is C, which the
# rules for C++ refuse.
sources() {
    need python3
    mkdir -p "$1"
    python3 - "$commands" "$build" "$1/compile_commands.json" <<'END'
import json, sys
entries = {entry["file"]: entry for entry in json.load(open(sys.argv[1]))}
kept = [entry for file, entry in sorted(entries.items())
        if file.endswith(".c") and not file.startswith(sys.argv[2] + "/")]
json.dump(kept, open(sys.argv[3], "w"), indent=1)
END
}
# tidy CHECKS: clang-tidy, with changes to the checks in .clang-tidy.
tidy() {
    tool=$(llvm_tool clang-tidy) || skip "clang-tidy $llvm is not installed"
    sources "$build/tidy"
    # One file a process: clang-tidy 14 takes va_start() of a second file for missing.
    {
        sed -n 's/^ *"file": "\(.*\)",*$/\1/p' "$build/tidy/compile_commands.json" | tr '\n' '\0'
        tracked 'examples/*.c' 'tests/install/*.c' # compiled by themselves, with the same flags
    } | xargs -0 -n 1 -P 2 "$tool" --quiet "--checks=$1" -p "$build/tidy"
}
git ls-files --error-unmatch CMakeLists.txt >/dev/null 2>&1 || skip "this is not a git checkout"

case $lint in
format)
    tool=$(llvm_tool clang-format) || skip "clang-format $llvm is not installed"
    tracked '*.c' '*.h' '*.cpp' | xargs -0 "$tool" --dry-run --Werror
    ;;
tidy) tidy '-clang-analyzer-*' ;;
analyzer) tidy '-*,clang-analyzer-*,-clang-analyzer-optin.portability.UnixAPI,'\
'-clang-analyzer-security.insecureAPI.DeprecatedOrUnsafeBufferHandling' ;;
cppcheck)
    need cppcheck
    case $(cppcheck --version) in
    *" $cppcheck"*) ;;
    *) skip "cppcheck $cppcheck is not installed; this is $(cppcheck --version)" ;;
    esac
    set -- --enable=warning,portability,performance --quiet --error-exitcode=1 \
        --suppressions-list=tests/lint/cppcheck.txt
    # Two processes, each with every second file: -j of cppcheck 2.10 takes one file at a time from
    # a project.
    sources "$build/cppcheck"
    for half in 0 1; do
        python3 - "$build/cppcheck/compile_commands.json" $half "$build/cppcheck/$half.json" <<'END'
import json, sys
json.dump(json.load(open(sys.argv[1]))[int(sys.argv[2])::2], open(sys.argv[3], "w"))
END
    done
    cppcheck "$@" --project="$build/cppcheck/0.json" &
    cppcheck "$@" --project="$build/cppcheck/1.json"
    wait $!
    cppcheck "$@" -I include examples tests/install
    ;;
shell)
    need shellcheck
    # The files of scripts/lib/ are checked as parts of the commands that source them.
    tracked '*.sh' ':!scripts/lib/' run .ci/run | xargs -0 shellcheck --external-sources --check-sourced
    ;;
*)
    echo "unknown lint '$lint'; known: format, tidy, analyzer, cppcheck, shell" >&2
    exit 2
    ;;
esac
