# The Debian packages that the commands need, by purpose.
# shellcheck shell=sh
# shellcheck disable=SC2034 # the commands use these lists

build_packages='gcc libc6-dev cmake ninja-build pkg-config libpcap-dev libjansson-dev libxxhash-dev'
# Optional in a build: without them the backend is listed as `unavailable`, and `bench` makes no
# picture and starts no hyperfine.
build_optional='libwireshark-dev libwiretap-dev libwsutil-dev libglib2.0-dev hyperfine
    g++ libtins-dev libtrace3-dev zlib1g-dev libzstd-dev liblzma-dev'

# PcapPlusPlus from its sources.
pcapplusplus_packages='g++ git'

test_packages='libcmocka-dev g++ python3 python3-jsonschema python3-venv tshark groff zstd'
lint_packages='clang-format clang-tidy cppcheck shellcheck'
# Readers of the manual page and of the completion scripts.
text_packages='mandoc zsh'
# The report's page in a browser.
browser_packages='chromium nodejs npm'
# Live capture: network namespaces, and programs that get or lose a capability.
live_packages='iproute2 util-linux libcap2-bin'
# Readers of the formats that `bench --format` writes for other programs, and of action.yml.
reader_packages='libbenchmark-tools python3-junitparser python3-scipy python3-yaml'

external_packages='python3 python3-venv tshark'
# Used where the Python package index cannot be reached.
external_fallback='python3-dpkt python3-scapy python3-cryptography'

# The Python package in the tests.
python_packages='python3-dev'
# The Python package; its portable wheel is built from sources of Debian.
wheel_packages='gcc libc6-dev cmake ninja-build pkg-config libpcap-dev libjansson-dev libxxhash-dev
    python3-dev python3-venv'
wheel_optional='zlib1g-dev libzstd-dev liblzma-dev make dpkg-dev xz-utils bzip2 flex bison'

# What `package` makes: Debian packages, and a tarball whose libraries are built from sources of Debian.
deb_packages='dpkg-dev file gzip zlib1g-dev libzstd-dev liblzma-dev'
tarball_packages='gcc libc6-dev cmake ninja-build pkg-config python3-venv make dpkg-dev xz-utils bzip2
    flex bison'

# Makes the bare system in which the tests install packages.
bare_packages='debootstrap'

# PySpark in the tests; a JDK of its own only where there is no Java.
spark_packages='python3 python3-venv'

gate_packages='git valgrind'
fuzz_packages='libcmocka-dev clang python3'
fuzz_optional='libclang-rt-dev llvm'

# The browser packages whose command is not there already: with a Node.js that is not Debian's,
# Debian's npm cannot be installed.
browser_missing() {
    for package in $browser_packages; do
        case $package in
        nodejs) command -v node >/dev/null 2>&1 && continue ;;
        *) command -v "$package" >/dev/null 2>&1 && continue ;;
        esac
        printf '%s ' "$package"
    done
}

spark_missing() {
    echo "$spark_packages"
    command -v java >/dev/null 2>&1 || echo default-jdk-headless
}
