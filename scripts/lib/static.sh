# Static libraries for the portable wheel and the tarball: Debian's sources, compiled by Zig's C compiler
# for an older glibc.
# shellcheck shell=sh
static_glibc=2_28
static=$root/build/static

# static_sources: fetch and unpack the sources, from the mirror that apt uses, with apt's check of their signatures. No root.
static_sources() {
    work=$static/sources
    release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
    # shellcheck disable=SC2016 # apt expands it
    mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $release" 'Component: main' \
        'Created-By: Packages' | head -n 1)
    [ -n "$mirror" ] || return 1
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" || return 1
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $release main" \
        >"$work/sources.list"
    (cd "$work" && for command in update 'source libpcap zlib libzstd xz-utils xxhash jansson'; do
        # shellcheck disable=SC2086 # a command with arguments
        apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=- \
            -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" $command || exit 1
    done)
}

# static_source NAME: its folder.
static_source() { echo "$static/sources/$1"-[0-9]*/; }

# static_tools: the compiler, as one command.
static_tools() {
    target=$(uname -m)-linux-gnu.$(echo $static_glibc | tr _ .)
    python=$environment/bin/python3
    printf '#!/bin/sh\nexec %s -m ziglang cc -target %s -O2 -fno-sanitize=undefined "$@"\n' "$python" "$target" >"$static/cc"
    printf '#!/bin/sh\nexec %s -m ziglang ar "$@"\n' "$python" >"$static/ar"
    printf '#!/bin/sh\nexec %s -m ziglang ranlib "$@"\n' "$python" >"$static/ranlib"
    chmod +x "$static/cc" "$static/ar" "$static/ranlib"
}

# static_description MODULE LIBRARY: a pkg-config file. That of libpcap itself would put the folder
# into the run path of what is linked.
static_description() {
    printf 'Name: %s\nDescription: static\nVersion: 1\nLibs: -L%s -l%s\nCflags: -I%s\n' \
        "$1" "$static/lib" "$2" "$static/include" >"$static/lib/pkgconfig/$1.pc"
}

static_build() {
    export CC="$static/cc" AR="$static/ar" RANLIB="$static/ranlib"
    # Names of files in the libraries do not tell where they were built.
    export CFLAGS="-O2 -fPIC -fvisibility=hidden -ffile-prefix-map=$static=."
    host=$(uname -m)-linux-gnu
    mkdir -p "$static/lib/pkgconfig" "$static/include"
    # shellcheck disable=SC2046,SC2086 # paths without blanks, and options
    (cd $(static_source libpcap) &&
        ./configure --host="$host" --prefix="$static" --disable-shared --disable-dbus --disable-rdma \
            --disable-usb --disable-bluetooth --disable-netmap --without-libnl --with-pcap=linux &&
        make -j2 libpcap.a && cp libpcap.a "$static/lib" &&
        cp -r pcap pcap.h pcap-bpf.h "$static/include" && static_description libpcap pcap) &&
        (cd $(static_source zlib) && ./configure --static --prefix="$static" && make -j2 libz.a &&
            cp libz.a "$static/lib" && cp zlib.h zconf.h "$static/include" &&
            static_description zlib z) &&
        (cd $(static_source libzstd)/lib &&
            make -j2 libzstd.a "CC=$CC" "AR=$AR" ZSTD_LEGACY_SUPPORT=0 ZSTD_NO_ASM=1 &&
            cp libzstd.a "$static/lib" && cp zstd.h zstd_errors.h "$static/include" &&
            static_description libzstd zstd) &&
        (cd $(static_source xz-utils) &&
            ./configure --host="$host" --prefix="$static" --disable-shared --disable-xz \
                --disable-xzdec --disable-lzmadec --disable-lzmainfo --disable-scripts \
                --disable-doc --disable-nls --disable-encoders &&
            make -j2 -C src/liblzma install &&
            mkdir -p "$static/lib/pkgconfig" && static_description liblzma lzma) &&
        (cd $(static_source xxhash) && $CC $CFLAGS -c xxhash.c -o xxhash.o &&
            $AR rcs "$static/lib/libxxhash.a" xxhash.o && cp xxhash.h xxh3.h "$static/include" &&
            static_description libxxhash xxhash) &&
        (cd $(static_source jansson) &&
            cmake -S . -B static -DCMAKE_BUILD_TYPE=Release "-DCMAKE_AR=$AR" "-DCMAKE_RANLIB=$RANLIB" \
                -DCMAKE_POLICY_VERSION_MINIMUM=3.5 -DJANSSON_BUILD_DOCS=OFF -DJANSSON_EXAMPLES=OFF \
                -DJANSSON_WITHOUT_TESTS=ON -DJANSSON_INSTALL=OFF &&
            cmake --build static -j2 && cp static/lib/libjansson.a "$static/lib" &&
            cp static/include/*.h "$static/include" && static_description jansson jansson)
}

# static_licences FOLDER: the terms of the libraries, as Debian collected them.
static_licences() {
    mkdir -p "$1"
    for library in libpcap zlib libzstd xz-utils xxhash jansson; do
        cp "$(static_source "$library")debian/copyright" "$1/$library" || return 1
    done
}

# static_libraries: make them unless those of this file are there, in $static. Fails if that cannot
# be done.
static_libraries() {
    ! cmp -s "$root/scripts/lib/static.sh" "$static/done" || return 0
    say "building the static libraries: build/static.log"
    rm -rf "$static"
    mkdir -p "$static"
    { static_sources && static_tools && (static_build) &&
        cp "$root/scripts/lib/static.sh" "$static/done"; } \
        >"$root/build/static.log" 2>&1
}
