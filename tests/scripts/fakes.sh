#!/bin/sh
# dpkg-query, apt-cache, apt-get, sudo, id, git and cmake for test_run.sh, by the name that it is
# called by.
# The folder $FAKES holds what they answer: lists of packages, one a line, in the files
# installed, unknown (to this release), conflicting (with the others) and broken (not installable).
# cmake --build prints the file ninja, and fails if there is a file compiler-fails.
# git tells the commit in the file head, and fails without it.
# Calls of apt-get, sudo, git and cmake go to $FAKES/calls.
set -eu
name=$(basename "$0")

listed() { # LIST PACKAGE
    grep -Fqx -- "$2" "$FAKES/$1"
}
any_listed() { # LIST ARGUMENT...
    list=$1
    shift
    for word in "$@"; do
        ! listed "$list" "$word" || return 0
    done
    return 1
}
called() {
    echo "$name $*" >>"$FAKES/calls"
}

case $name in
id) cat "$FAKES/uid" ;;
cmake)
    called "$@"
    [ "$1" != --build ] || [ ! -e "$FAKES/ninja" ] || cat "$FAKES/ninja"
    [ "$1" != --build ] || [ ! -e "$FAKES/compiler-fails" ]
    ;;
git)
    called "$@"
    cat "$FAKES/head"
    ;;
sudo)
    [ -e "$FAKES/sudo" ] || exit 1
    called "$@"
    [ "$1" = -n ]
    shift
    exec "$@"
    ;;
dpkg-query)
    for package in "$@"; do
        ! listed installed "$package" || echo "$package installed"
    done
    ;;
apt-cache)
    for package in "$@"; do
        [ "$package" != policy ] || continue
        candidate=1.0
        ! listed unknown "$package" || candidate='(none)'
        printf '%s:\n  Installed: (none)\n  Candidate: %s\n' "$package" "$candidate"
    done
    ;;
apt-get)
    called "$@"
    case " $* " in
    *' update '*) [ ! -e "$FAKES/offline" ] ;;
    *' --simulate '*) ! any_listed conflicting "$@" ;;
    *' --print-uris '*)
        echo '0 upgraded, 31 newly installed, 0 to remove and 5 not upgraded.'
        echo 'Need to get 12.3 MB/210 MB of archives.'
        echo 'After this operation, 900 MB of additional disk space will be used.'
        echo "'http://deb.example/gcc.deb' gcc.deb 5 MD5Sum:0"
        ;;
    *)
        ! any_listed broken "$@" || {
            echo 'E: broken'
            exit 100
        }
        for package in "$@"; do
            echo "$package"
        done >>"$FAKES/installed"
        ;;
    esac
    ;;
esac
