# PcapPlusPlus, which no release of Debian or Ubuntu has, from its sources into the user's cache folder.
# shellcheck shell=sh
pcapplusplus=${XDG_CACHE_HOME:-${HOME:-}/.cache}/pktbench/pcapplusplus
pcapplusplus_url=https://github.com/seladb/PcapPlusPlus
pcapplusplus_tag=v25.05
pcapplusplus_commit=a49a79e0b67b402ad75ffa96c1795def36df75c8

# One that the user names comes first.
export PKG_CONFIG_PATH="${PKG_CONFIG_PATH:+$PKG_CONFIG_PATH:}$pcapplusplus/lib/pkgconfig"

# pcapplusplus_build FOLDER: fetched there, built there, installed into the cache.
pcapplusplus_build() {
    git clone --quiet --depth 1 --branch "$pcapplusplus_tag" "$pcapplusplus_url" "$1" &&
        pcapplusplus_found=$(git -C "$1" rev-parse HEAD) || return 1
    if [ "$pcapplusplus_found" != "$pcapplusplus_commit" ]; then
        echo "$pcapplusplus_tag is $pcapplusplus_found, not $pcapplusplus_commit"
        return 1
    fi
    cmake -S "$1" -B "$1/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DPCAPPP_BUILD_EXAMPLES=OFF \
        -DPCAPPP_BUILD_TESTS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON \
        -DCMAKE_INSTALL_PREFIX="$pcapplusplus" -DCMAKE_INSTALL_LIBDIR=lib &&
        cmake --build "$1/build" && cmake --install "$1/build"
}

# pcapplusplus_install: exits with status 2 if it cannot be fetched or built.
pcapplusplus_install() {
    [ ! -e "$pcapplusplus/lib/pkgconfig/PcapPlusPlus.pc" ] || return 0
    [ -z "${PKTBENCH_NO_INSTALL:-}" ] || fail "PcapPlusPlus is not installed, because of --no-install"
    say "building PcapPlusPlus $pcapplusplus_tag into $pcapplusplus (a few minutes; log: build/pcapplusplus.log)"
    log=$root/build/pcapplusplus.log
    sources=$(mktemp -d)
    pcapplusplus_build "$sources/PcapPlusPlus" >"$log" 2>&1 || {
        rm -rf "$sources"
        fail "PcapPlusPlus cannot be fetched or built (log: build/pcapplusplus.log): $(grep . "$log" | tail -n 1)"
    }
    rm -rf "$sources"
}
