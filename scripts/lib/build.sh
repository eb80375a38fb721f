# Configures and builds a CMake preset.
# shellcheck shell=sh

# build_progress LOG: ninja's output into LOG; of a long build, a line for every tenth of its steps.
build_progress() {
    tenth=0
    while IFS= read -r line; do
        printf '%s\n' "$line"
        step=${line#\[}
        step=${step%%\]*}
        case $line in
        \[[0-9]*/[0-9]*\]*) ;;
        *) continue ;;
        esac
        if [ "${step#*/}" -ge 50 ] && [ $((10 * ${step%/*} / ${step#*/})) -gt $tenth ]; then
            tenth=$((10 * ${step%/*} / ${step#*/}))
            say "[$step]"
        fi
    done >>"$1"
}

# build_run PRESET LOG: the status is that of cmake.
build_run() {
    status_file=$root/build/$1.status
    {
        (cd "$root" && cmake --build --preset "$1") 2>&1 && echo 0 >"$status_file" ||
            echo 1 >"$status_file"
    } | build_progress "$2"
    [ "$(cat "$status_file")" -eq 0 ]
}

# build PRESET [CMAKE_ARGUMENT...]: into build/PRESET; exits with status 2 and the log if that fails.
build() {
    preset=$1
    shift
    folder=$root/build/$preset
    log=$folder.log
    # A library that was installed just now is looked for again.
    [ "$packages_changed" = false ] || rm -f "$folder/CMakeCache.txt"
    if [ ! -e "$folder/build.ninja" ] || [ ! -e "$folder/CMakeCache.txt" ]; then
        say "building build/$preset (a few minutes; log: build/$preset.log)"
        configured=false
    else
        configured=true
    fi
    if {
        [ $configured = true ] && [ $# -eq 0 ] || (cd "$root" && cmake --preset "$preset" "$@")
    } >"$log" 2>&1 && build_run "$preset" "$log"; then
        return 0
    fi
    cat "$log" >&2
    fail "the build of build/$preset failed"
}
