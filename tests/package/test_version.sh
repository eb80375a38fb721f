#!/bin/sh
# Version and time of packages: of a commit, of a tag, of a changed tree, without git.
# Usage: test_version.sh SOURCE
set -eu
for tool in git dpkg; do
    command -v $tool >/dev/null || {
        echo "SKIP: $tool is not installed"
        exit 77
    }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/tree
unset SOURCE_DATE_EPOCH
# shellcheck source=/dev/null
. "$1/scripts/lib/package.sh"

expect() { # WANTED GOT
    [ "$2" = "$1" ] || {
        echo "FAIL: $2, wanted $1" >&2
        exit 1
    }
}
tree_git() {
    git -C "$root" -c user.name=T -c user.email=t@t.invalid -c commit.gpgsign=false -c tag.gpgsign=false "$@"
}

mkdir "$root"
echo 'project(pktbench VERSION 1.2.3 LANGUAGES C)' >"$root/CMakeLists.txt"
touch -d @1000000000 "$root/CMakeLists.txt"
expect 1.2.3 "$(package_version 1000000000)"
expect 1000000000 "$(package_epoch)"
expect 7 "$(SOURCE_DATE_EPOCH=7 package_epoch)"

git init -q "$root"
tree_git add CMakeLists.txt
GIT_COMMITTER_DATE='1100000000 +0000' tree_git commit -q -m first
expect 1100000000 "$(package_epoch)"
first=$(package_version 1100000000)
expect "1.2.3~git20041109113320.$(git -C "$root" rev-parse --short=12 HEAD)" "$first"
echo >>"$root/CMakeLists.txt"
expect "$first+changed" "$(package_version 1100000000)"
GIT_COMMITTER_DATE='1100000001 +0000' tree_git commit -q -a -m second
second=$(package_version 1100000001)
tree_git tag v1.2.2
expect "$second" "$(package_version 1100000001)"
tree_git tag v1.2.3
expect 1.2.3 "$(package_version 1100000001)"
dpkg --compare-versions "$first" lt "$first+changed"
dpkg --compare-versions "$first+changed" lt "$second"
dpkg --compare-versions "$second" lt 1.2.3
# A later release of the system has the newer package of a version.
dpkg --compare-versions '1.2.3-1~debian12' lt '1.2.3-1~debian13'
echo "all good"
