# Configures and builds a CMake preset.
# shellcheck shell=sh

# build PRESET [CMAKE_ARGUMENT...]: into build/PRESET; exits with status 2 and the log if that fails.
build() {
    preset=$1
    shift
    folder=$root/build/$preset
    log=$folder.log
    # A library that was installed just now is looked for again.
    [ "$packages_changed" = false ] || rm -f "$folder/CMakeCache.txt"
    if [ ! -e "$folder/build.ninja" ] || [ ! -e "$folder/CMakeCache.txt" ]; then
        say "building build/$preset"
        configured=false
    else
        configured=true
    fi
    if {
        [ $configured = true ] && [ $# -eq 0 ] || (cd "$root" && cmake --preset "$preset" "$@")
    } >"$log" 2>&1 && (cd "$root" && cmake --build --preset "$preset") >>"$log" 2>&1; then
        return 0
    fi
    cat "$log" >&2
    fail "the build of build/$preset failed"
}
