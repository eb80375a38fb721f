# Builds the Python package, and installs it into a new virtual environment.
# shellcheck shell=sh
# shellcheck disable=SC2154 # source, build, work: of the script that sources this one
environments=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench
packages=$environments/python
skip() {
    echo "SKIP: $*"
    exit 77
}

# wheel_needs: what a wheel is built with is there; otherwise the test is skipped.
wheel_needs() {
    [ -x "$packages/bin/python3" ] || skip "the Python packages of tests/python/requirements.txt are not installed (./run test installs them where the package index can be reached)"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "Python is older than 3.11"
    python3 -c 'import os, sysconfig; assert os.path.exists(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null ||
        skip "python3-dev is not installed"
}

# wheel_install: a new wheel, into $work/venv, without any other package.
wheel_install() {
    rm -rf "$build/dist"
    mkdir -p "$build"
    (cd "$source" && "$packages/bin/python3" -m build --wheel --no-isolation \
        "-Cbuild-dir=$build/tree" --outdir "$build/dist" .) >"$build/build.log" 2>&1 || {
        tail -n 30 "$build/build.log"
        exit 1
    }
    wheel_installed
}

# wheel_installed: the wheel that wheel_install built last, into $work/venv.
wheel_installed() {
    python3 -m venv "$work/venv"
    "$work/venv/bin/python3" -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
        "$build"/dist/*.whl
}

# wheel_with ENVIRONMENT: the packages of this environment are found beside it.
wheel_with() {
    "$1/bin/python3" -c 'import site; print(site.getsitepackages()[0])' \
        >"$("$work/venv/bin/python3" -c 'import site; print(site.getsitepackages()[0])')/packages.pth"
}

# python_find VERSION: an interpreter of that version, on the path or of pyenv. Fails if there is none.
python_find() {
    for candidate in "python$1" "$HOME/.pyenv/versions/$1".*/bin/python3; do
        if "$candidate" -c "import sys, venv; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
    done
    return 1
}

# spark_missing: why there is no Spark; nothing if there is one.
spark_missing() {
    if [ ! -x "$environments/spark/bin/python3" ]; then
        echo "PySpark is not installed (./run setup spark installs it)"
    elif ! command -v java >/dev/null; then
        echo "there is no Java (./run setup spark installs a JDK)"
    fi
}
