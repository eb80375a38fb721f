# Drivers of parsers in compiled languages (examples/external), built in the user's cache folder.
# shellcheck shell=sh
languages=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench/languages

# version_least VERSION LEAST: is VERSION, such as 1.26.8, at least LEAST?
version_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

go_version() {
    go env GOVERSION 2>/dev/null | sed 's/^go//'
}

# go_modules: the list of modules for this Go: the newest gopacket needs 1.25. Go 1.21 to 1.24 refuse
# a go.mod that needs a newer Go whatever -modfile says, so go.mod is the one for older ones.
go_modules() {
    if version_least "$(go_version)" 1.25; then echo go125.mod; else echo go.mod; fi
}

# rust_missing LEAST: prints what is missing of Rust.
rust_missing() {
    rust_found=$(rustc --version 2>/dev/null | cut -d ' ' -f 2)
    [ -n "$rust_found" ] && version_least "$rust_found" "$1" && command -v cargo >/dev/null 2>&1 ||
        echo "Rust $1 or newer with cargo is needed, found: ${rust_found:-none} (apt-get install cargo-web rustc-web)"
}

# language_missing LANGUAGE: prints what is missing to build its driver, and what brings it; nothing
# if all is there.
language_missing() {
    case $1 in
    go)
        version=$(go_version)
        [ -n "$version" ] && version_least "$version" 1.19 ||
            echo "Go 1.19 or newer is needed, found: ${version:-none} (apt-get install golang-go)"
        ;;
    rust) rust_missing 1.83 ;;
    pnet) rust_missing 1.85 ;;
    java)
        version=$(javac -version 2>/dev/null | cut -d ' ' -f 2)
        [ -n "$version" ] && version_least "$version" 17 && command -v java >/dev/null 2>&1 ||
            echo "a JDK 17 or newer is needed, found: ${version:-none} (apt-get install default-jdk-headless)"
        ;;
    pcap4j)
        language_missing java
        command -v mvn >/dev/null 2>&1 || echo "Maven is needed (apt-get install maven)"
        ;;
    node)
        version=$(node --version 2>/dev/null | sed 's/^v//')
        [ -n "$version" ] && version_least "$version" 18 ||
            echo "Node.js 18 or newer is needed, found: ${version:-none} (apt-get install nodejs)"
        ;;
    pypacker)
        python3 -c 'import ensurepip, venv' 2>/dev/null ||
            echo "Python 3 with venv is needed (apt-get install python3-venv)"
        ;;
    esac
}

# pcap4j_checked: are its libraries there, with the checksums of checksums.txt?
pcap4j_checked() {
    (cd "$languages/pcap4j/lib" 2>/dev/null &&
        sha256sum --quiet --check "$root/examples/external/pcap4j/checksums.txt")
}

# pypacker_fetch: an environment with the package of requirements.txt, which has its checksum.
pypacker_fetch() {
    packages=$root/examples/external/pypacker/requirements.txt
    cmp -s "$packages" "$languages/pypacker/installed.txt" && return 0
    rm -rf "$languages/pypacker"
    python3 -m venv "$languages/pypacker" &&
        "$languages/pypacker/bin/python3" -m pip install --quiet --disable-pip-version-check --no-deps \
            --require-hashes --retries 1 --timeout 20 --requirement "$packages" &&
        cp "$packages" "$languages/pypacker/installed.txt"
}

# language_fetch LANGUAGE: the libraries, in the versions and with the checksums of go.sum, Cargo.lock,
# checksums.txt and requirements.txt, into a cache. Fails if the package index cannot be reached.
language_fetch() {
    case $1 in
    go) (cd "$root/examples/external/go" && GOTOOLCHAIN=local go mod download -modfile="$(go_modules)") ;;
    rust | pnet) cargo fetch --quiet --locked --manifest-path "$root/examples/external/$1/Cargo.toml" ;;
    pypacker) pypacker_fetch ;;
    pcap4j)
        pcap4j_checked 2>/dev/null || mvn -q -B -f "$root/examples/external/pcap4j/pom.xml" \
            dependency:copy-dependencies -DoutputDirectory="$languages/pcap4j/lib"
        pcap4j_checked
        ;;
    esac
}

# language_build LANGUAGE: needs no network after language_fetch.
language_build() {
    case $1 in
    go)
        (cd "$root/examples/external/go" && GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=readonly \
            CGO_ENABLED=0 go build -modfile="$(go_modules)" -trimpath -o "$languages/gopacket" .)
        ;;
    rust | pnet)
        cargo build --quiet --release --locked --offline --target-dir "$languages/$1" \
            --manifest-path "$root/examples/external/$1/Cargo.toml"
        ;;
    java) javac -Xlint:all -Werror -d "$languages/java" "$root"/examples/external/java/*.java ;;
    pcap4j)
        javac -cp "$languages/pcap4j/lib/*" -d "$languages/pcap4j/classes" \
            "$root"/examples/external/pcap4j/*.java "$root/examples/external/java/PktbenchKit.java" \
            "$root/examples/external/java/PcapFile.java"
        ;;
    esac
}

# language_command LANGUAGE: its line for --externals.
language_command() {
    case $1 in
    go) echo "gopacket='$languages/gopacket'" ;;
    rust) echo "etherparse='$languages/rust/release/pktbench-etherparse'" ;;
    java) echo "pcap-java=java -cp '$languages/java' PcapDriver" ;;
    pnet) echo "pnet='$languages/pnet/release/pktbench-pnet'" ;;
    pypacker) echo "pypacker='$languages/pypacker/bin/python3' '$root/examples/external/pypacker/pypacker_driver.py'" ;;
    pcap4j) echo "pcap4j=java -cp '$languages/pcap4j/classes:$languages/pcap4j/lib/*' Pcap4jDriver" ;;
    node) echo "pcap-node=node '$root/examples/external/node/pcap-driver.js'" ;;
    python) echo "pcap-struct=python3 '$root/examples/external/python/pcap_driver.py'" ;;
    esac
}

# language_works LANGUAGE: does its driver start, perhaps one that was built before?
language_works() {
    command=$(language_command "$1")
    echo '{"op":"describe"}' | eval "${command#*=}" 2>/dev/null | grep -q '"ok": *true'
}

# language_unavailable LANGUAGE WHY: in place of its line, one whose reason in a run is WHY.
language_unavailable() {
    command=$(language_command "$1")
    echo "${command%%=*}=sh -c 'echo \"\$0\" >&2; exit 1' '$(echo "$2" | tr -d "'")'"
}

# languages_install: build what the toolchains of this machine allow, and write the list for
# `--externals`. A driver that cannot be built stays in it and is `unavailable` in a run, which says
# what would bring it.
languages_install() {
    mkdir -p "$languages"
    list=$languages/externals.txt
    echo "# Made by ./run setup externals" >"$list"
    for language in go rust pnet java pcap4j node python pypacker; do
        missing=$(language_missing $language | paste -s -d ';' | sed 's/;/; /g')
        log=$languages/$language.log
        why=
        if [ -n "$missing" ]; then
            why="$missing, then ./run setup externals"
        elif [ -n "${PKTBENCH_NO_INSTALL:-}" ]; then
            why="nothing is fetched or built, because of --no-install"
        elif ! language_fetch $language >"$log" 2>&1; then
            why="its package index cannot be used: $(tail -n 1 "$log")"
        elif ! language_build $language >>"$log" 2>&1; then
            why="it cannot be built: see $log"
        fi
        [ -z "$why" ] || say "$language: $why"
        if [ -z "$why" ] || language_works $language; then
            language_command $language >>"$list"
        else
            language_unavailable $language "$why" >>"$list"
        fi
    done
    say "drivers for --externals: $list"
}
