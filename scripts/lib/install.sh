# Installs the Debian packages that a command needs, all in one apt-get transaction.
# shellcheck shell=sh

# Optional packages that this release does not have, or that cannot be installed beside the others.
unavailable_file=$root/build/packages-unavailable

# packages_try REQUIRED OPTIONAL: everything at once; if that fails, what is required.
packages_try() {
    lists_new=true
    if ! apt_get update -qq >&2; then
        say "apt-get update failed; using the package lists that are here"
        lists_new=false
    fi
    available=$(packages_available "$1" "$2")
    if [ $lists_new = true ]; then
        words_without "$2" "$available" >>"$unavailable_file"
    fi
    # shellcheck disable=SC2086,SC2116 # lists of words: one blank between them
    packages_transaction "$(echo $1 $available)" && return 0
    tail -n 20 "$root/build/install.log" >&2
    [ -n "$1" ] || return 0
    say "the installation failed; trying the required packages alone"
    packages_transaction "$1" && return 0
    tail -n 20 "$root/build/install.log" >&2
    fail "required packages cannot be installed; run as root: $install_command $1"
}

# packages_optional_left LIST: one line if LIST is not empty.
packages_optional_left() {
    [ -z "$1" ] || say "continuing without optional packages that are not installed: $1"
}

# packages_refuse REQUIRED OPTIONAL: what to install by hand; exits with status 2.
packages_refuse() {
    [ -z "$2" ] || say "optional packages that are not installed: $2"
    fail "required packages are missing; run as root: $install_command $1"
}

# Without apt-get: whether the tools are there. Libraries are looked for by CMake.
tools_check() {
    for tool in cmake ninja pkg-config "${CC:-cc}"; do
        command -v "$tool" >/dev/null 2>&1 ||
            fail "there is no apt-get and no $tool here; install what these Debian packages contain: $1; optional: $2"
    done
}

# packages_install REQUIRED OPTIONAL: once for each command, with all that it needs. Exits with
# status 2 if a required package is missing afterwards.
packages_install() {
    if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
        tools_check "$1" "$2"
        return 0
    fi
    required=$(packages_missing "$1")
    optional=$(words_without "$(packages_missing "$2")" "$required")
    if [ -n "${PKTBENCH_NO_INSTALL:-}" ] || ! root_find; then
        [ -z "$required" ] || packages_refuse "$required" "$optional"
        packages_optional_left "$optional"
        return 0
    fi
    unavailable=$(cat "$unavailable_file" 2>/dev/null) || unavailable=
    # Without anything new to install, apt-get is not asked again.
    if [ -n "$required$(words_without "$optional" "$unavailable")" ]; then
        packages_try "$required" "$optional"
        optional=$(packages_missing "$optional")
    fi
    packages_optional_left "$optional"
}
