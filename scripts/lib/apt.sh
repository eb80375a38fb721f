# Asks apt-get: what is missing, what can be installed, how large it is; and installs it.
# shellcheck shell=sh

install_command='apt-get install -y --no-install-recommends'
packages_changed=false

# packages_missing LIST: those that are not installed.
packages_missing() {
    # shellcheck disable=SC2086 # a list of words
    words_without "$1" "$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $1 2>/dev/null |
        sed -n 's/ installed$//p')"
}

# Sets as_root, the words before a command that needs root; fails if that would ask for a password.
root_find() {
    as_root=
    [ "$(id -u)" -ne 0 ] || return 0
    command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null || return 1
    as_root='sudo -n '
}

apt_get() {
    # shellcheck disable=SC2086 # none or two words
    ${as_root}env LC_ALL=C DEBIAN_FRONTEND=noninteractive apt-get "$@" </dev/null
}

# packages_resolve LIST: whether apt can install them together, and without removing others.
packages_resolve() {
    # shellcheck disable=SC2086 # a list of words
    apt_get install --simulate --no-remove --no-install-recommends $1 >/dev/null 2>&1
}

# packages_available REQUIRED OPTIONAL: the packages of OPTIONAL that can be installed with REQUIRED.
packages_available() {
    [ -n "$2" ] || return 0
    # shellcheck disable=SC2086 # a list of words
    candidates=$(LC_ALL=C apt-cache policy $2 2>/dev/null | awk '
        /^[^ ]/ { name = substr($1, 1, length($1) - 1) }
        $1 == "Candidate:" && $2 != "(none)" { print name }')
    if ! packages_resolve "$1 $candidates"; then
        say "the packages conflict; looking for those that can be installed together"
        chosen=
        packages_resolve "$1" || candidates=
        for package in $candidates; do
            if packages_resolve "$1 $chosen $package"; then
                chosen="$chosen $package"
            fi
        done
        candidates=$chosen
    fi
    echo "$candidates"
}

# packages_size LIST: `31 packages, 210 MB to download, 900 MB on disk`, with what they depend on.
# (--assume-no would install packages that bring no others: apt-get does not ask about those.)
packages_size() {
    # shellcheck disable=SC2086 # a list of words
    apt_get install --print-uris --no-remove --no-install-recommends $1 2>/dev/null | sed -n \
        -e 's/^\([0-9]*\) upgraded, \([0-9]*\) newly installed.*/\1 \2/p' \
        -e 's/^Need to get \([^/]*\).* of archives.*/get \1/p' \
        -e 's/^After this operation, \(.*\) of additional disk space.*/disk \1/p' | awk '
        $1 == "get" { get = ", " $2 " " $3 " to download" }
        $1 == "disk" { disk = ", " $2 " " $3 " on disk" }
        $1 ~ /^[0-9]+$/ { count = $1 + $2 }
        END { print count (count == 1 ? " package" : " packages") get disk }'
}

# packages_transaction LIST: install them; fails with apt-get's output in build/install.log.
packages_transaction() {
    [ -n "$1" ] || return 0
    say "installing $(packages_size "$1"): $1"
    # shellcheck disable=SC2086 # a list of words
    apt_get install -y -qq --no-remove --no-install-recommends $1 >"$root/build/install.log" 2>&1 ||
        return 1
    packages_changed=true
}
