# Python environments in the user's cache folder, by a list of pinned packages.
# shellcheck shell=sh
environments=${XDG_CACHE_HOME:-$HOME/.cache}/pktbench

# python_environment NAME REQUIREMENTS: make the environment $environments/NAME unless it is there.
# Fails, and leaves none, if the package index cannot be reached.
python_environment() {
    environment=$environments/$1
    if cmp -s "$2" "$environment/installed.txt"; then
        return 0
    fi
    say "installing Python packages into $environment: $(sed -n 's/==.*//p' "$2" | paste -s -d ' ' -)"
    log=$root/build/$1.log
    mkdir -p "$environments"
    rm -rf "$environment"
    if python3 -m venv "$environment" >"$log" 2>&1 &&
        "$environment/bin/python3" -m pip install --quiet --disable-pip-version-check --retries 1 \
            --timeout 20 --requirement "$2" >>"$log" 2>&1; then
        cp "$2" "$environment/installed.txt"
        return 0
    fi
    say "the Python package index cannot be used: $(tail -n 1 "$log")"
    rm -rf "$environment"
    return 1
}

# The Python libraries that are measured beside the built-in backends. A library that cannot be
# installed is listed as `unavailable`.
externals_install() {
    if [ -n "${PKTBENCH_NO_INSTALL:-}" ]; then
        say "Python libraries are not installed, because of --no-install"
        return 0
    fi
    python_environment externals "$root/parsers/external/requirements.txt" && return 0
    say "using Debian's dpkt and Scapy; for PyShark run ./run setup externals when the index can be reached"
    packages_install '' "$external_fallback"
    python3 -m venv --without-pip --system-site-packages "$environment" >>"$log" 2>&1 ||
        say "python3 -m venv failed: see $log"
}

# PySpark, for the data source of the Python package.
spark_install() {
    command -v java >/dev/null 2>&1 || say "there is no Java: Spark needs a JDK 17 or newer"
    if [ -n "${PKTBENCH_NO_INSTALL:-}" ]; then
        say "PySpark is not installed, because of --no-install"
        return 0
    fi
    python_environment spark "$root/tests/python/requirements-spark.txt" ||
        fail "PySpark cannot be installed"
}
