#!/bin/sh
#: wheel [--plain]
#:     Build the Python package into dist/: a wheel for any Linux with glibc 2.28 or later, with all
#:     libraries in it. Where their sources or the compiler cannot be fetched, and with --plain: a
#:     wheel for this machine.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"
# shellcheck source=scripts/lib/python.sh
. "$root/scripts/lib/python.sh"
# shellcheck source=scripts/lib/static.sh
. "$root/scripts/lib/static.sh"
# shellcheck source=scripts/lib/portable.sh
. "$root/scripts/lib/portable.sh"

plain=false
for argument in "$@"; do
    case $argument in
    --plain) plain=true ;;
    *) fail "wheel: unknown argument '$argument'; known: --plain" ;;
    esac
done

# wheel_build FOLDER [OPTION...]: one wheel, by the environment's builder. Its output is kept in
# build/wheel.log.
wheel_build() {
    into=$1
    shift
    rm -rf "$root/build/wheel"
    mkdir -p "$into"
    (cd "$root" && "$environment/bin/python3" -m build --wheel --no-isolation \
        "-Cbuild-dir=$root/build/wheel" "$@" --outdir "$into") >"$root/build/wheel.log" 2>&1
}

# wheel_check WHEEL: fails unless it has the terms of its libraries, needs nothing but glibc, and uses
# the stable interface of Python alone.
wheel_check() {
    tree=$root/build/wheel-tree
    rm -rf "$tree"
    "$environment/bin/python3" -m zipfile -e "$1" "$tree"
    for terms in "$licences"/*; do
        cmp -s "$terms" "$tree"/pktbench-*.dist-info/licenses/libraries/"$(basename "$terms")" ||
            fail "$1 lacks the terms of $(basename "$terms")"
    done
    portable_check "$tree/pktbench/_core.abi3.so"
    portable_check "$tree/pktbench/_program/pktbench"
    "$environment/bin/python3" "$root/scripts/stable_abi.py" "$tree/pktbench/_core.abi3.so" 3.11 ||
        fail "$1 uses names of Python that are not stable"
}

portable_build() {
    rm -rf "$licences"
    static_libraries && static_licences "$licences" && PATH=$environment/bin:$PATH \
        CC=$static/cc AR=$static/ar RANLIB=$static/ranlib PKG_CONFIG_LIBDIR=$static/lib/pkgconfig \
        CMAKE_C_COMPILER_LAUNCHER='' wheel_build "$root/build/wheel-linux" \
        "-Ccmake.define.PKTBENCH_LICENCES=$licences" &&
        "$environment/bin/python3" -m auditwheel --version >/dev/null &&
        PATH=$environment/bin:$PATH "$environment/bin/python3" -m auditwheel repair \
            --plat "manylinux_${static_glibc}_$(uname -m)" --wheel-dir "$root/dist" \
            "$root"/build/wheel-linux/*.whl >>"$root/build/wheel.log" 2>&1
}

packages_install "$wheel_packages" "$wheel_optional"
python_environment wheel "$root/python/requirements-wheel.txt" ||
    fail "the builder of wheels cannot be installed"
rm -rf "$root"/dist/*.whl "$root/build/wheel-linux"
licences=$root/build/licences
if [ $plain = false ] && portable_build; then
    wheel_check "$root"/dist/*.whl
else
    [ $plain = true ] || say "no portable wheel: see build/wheel.log and build/static.log; building one for this machine"
    rm -f "$root"/dist/*.whl
    wheel_build "$root/dist" || {
        tail -n 20 "$root/build/wheel.log" >&2
        fail "the wheel was not built"
    }
fi
ls "$root"/dist/*.whl
