# What packages are made of: their version and time, by the commit; the tarball.
# shellcheck shell=sh

# package_epoch: the time of what is packaged, in seconds: $SOURCE_DATE_EPOCH, that of the commit, or,
# without git, that of CMakeLists.txt, which an archive of a commit dates by the commit.
package_epoch() {
    if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
        echo "$SOURCE_DATE_EPOCH"
    elif package_git; then
        git -C "$root" log -1 --format=%ct
    else
        stat -c %Y "$root/CMakeLists.txt"
    fi
}

# package_git: whether this is a checkout, and not a folder inside of another.
package_git() {
    git -C "$root" ls-files --error-unmatch CMakeLists.txt >/dev/null 2>&1
}

# package_version EPOCH: 0.1.0 at the tag v0.1.0, or without git; else a version before that one, which
# grows with the time of the commit: 0.1.0~git20261129050843.5ea2906a1b2c. A tree that was changed since
# has + at the end.
package_version() {
    number=$(sed -n 's/^project(pktbench VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
    if ! package_git; then
        echo "$number"
        return 0
    fi
    changed=
    git -C "$root" diff --quiet HEAD -- || changed=+changed
    if git -C "$root" tag --points-at HEAD | grep -Fqx "v$number"; then
        echo "$number$changed"
    else
        echo "$number~git$(date -u -d "@$1" +%Y%m%d%H%M%S).$(git -C "$root" rev-parse --short=12 HEAD)$changed"
    fi
}

# package_release: the distribution, as a part of the version: 1~debian12.
package_release() {
    # shellcheck source=/dev/null
    (. /etc/os-release && echo "1~$ID${VERSION_ID:-0}")
}

# package_flags: C flags that keep the path of this checkout out of what is compiled.
package_flags() { echo "-ffile-prefix-map=$root=."; }

# deb_build FOLDER: the Debian packages, into FOLDER.
deb_build() {
    into=$1
    set -- "-DCMAKE_C_FLAGS=$(package_flags)" "-DCMAKE_CXX_FLAGS=$(package_flags)" \
        "-DPKTBENCH_PACKAGE_VERSION=$version" "-DPKTBENCH_PACKAGE_RELEASE=$(package_release)"
    [ -z "${DEBEMAIL:-}" ] ||
        set -- "$@" "-DPKTBENCH_MAINTAINER=${DEBFULLNAME:-$DEBEMAIL} <$DEBEMAIL>"
    build deb "$@"
    sed -n 's/^-- \(no package .*\)/run: \1/p' "$root/build/deb.log" >&2
    (cd "$root/build/deb" && cpack -B "$into") >>"$root/build/deb.log" 2>&1 || {
        tail -n 20 "$root/build/deb.log" >&2
        fail "the Debian packages were not made"
    }
    rm -rf "$into/_CPack_Packages"
}

# tarball_build FOLDER: the program with the static libraries, and what belongs to it, into FOLDER.
tarball_build() {
    static_libraries || {
        tail -n 5 "$root/build/static.log" >&2
        fail "the static libraries were not made: build/static.log"
    }
    into=$1
    tarball=pktbench-$version-linux-$(uname -m)
    stage=$root/build/tarball
    (
        export CC="$static/cc" AR="$static/ar" RANLIB="$static/ranlib" \
            PKG_CONFIG_LIBDIR="$static/lib/pkgconfig" CMAKE_C_COMPILER_LAUNCHER=''
        rm -f "$root/build/portable/CMakeCache.txt" # it holds what pkg-config said of older libraries
        build portable "-DCMAKE_C_FLAGS=$(package_flags)"
    )
    rm -rf "$stage"
    cmake --install "$root/build/portable" --component program --strip \
        --prefix "$stage/$tarball" >>"$root/build/portable.log" 2>&1 ||
        fail "the files of the tarball were not installed: build/portable.log"
    portable_check "$stage/$tarball/bin/pktbench"
    sed -e "s/@version@/$version/" -e "s/@glibc@/$(echo "$static_glibc" | tr _ .)/" \
        "$root/packaging/tarball.md" >"$stage/$tarball/README.md"
    static_licences "$stage/$tarball/share/doc/pktbench/libraries" ||
        fail "the licences of the static libraries were not found"
    { tar -C "$stage" --sort=name "--mtime=@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
        --mode=u=rwX,go=rX --format=ustar -cf "$into/$tarball.tar" "$tarball" &&
        gzip -9n "$into/$tarball.tar"; } || fail "the tarball was not made"
}
