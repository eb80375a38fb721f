# Does a program or a module run on any Linux with that glibc?
# shellcheck shell=sh
# shellcheck disable=SC2154 # static_glibc: of static.sh

# glibc_newest PROGRAM: the version of glibc that it needs.
glibc_newest() {
    readelf -W --dyn-syms "$1" | sed -n 's/.*@GLIBC_\([0-9.]*\).*/\1/p' | sort -V | tail -n 1
}

# libraries_needed PROGRAM: those that are not part of glibc.
libraries_needed() {
    readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' |
        grep -Ev '^(lib(c|m|dl|rt|pthread)\.so\.[0-9]+|ld-linux.*)$' || true
}

# portable_check PROGRAM: fails unless it runs where the tarball promises.
portable_check() {
    limit=$(echo "$static_glibc" | tr _ .)
    newest=$(glibc_newest "$1")
    [ "$(printf '%s\n' "$limit" "$newest" | sort -V | tail -n 1)" = "$limit" ] ||
        fail "$1 needs glibc $newest, newer than $limit"
    ! readelf -d "$1" | grep -q 'R.*PATH' || fail "$1 looks for libraries in a folder of this machine"
    others=$(libraries_needed "$1")
    [ -z "$others" ] || fail "$1 needs libraries: $others"
}
