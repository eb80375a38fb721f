#!/bin/sh
#: package [deb|tarball]
#:     Build what can be installed without this source, into dist/: Debian packages for this release
#:     of the system, and a tarball that runs on any Linux with glibc 2.28 or later (its compiler and
#:     the sources of its libraries are fetched). Two builds of a commit give the same bytes.
# shellcheck source=scripts/lib/common.sh
. "$(dirname -- "$0")/lib/common.sh"
# shellcheck source=scripts/lib/python.sh
. "$root/scripts/lib/python.sh"
# shellcheck source=scripts/lib/static.sh
. "$root/scripts/lib/static.sh"
# shellcheck source=scripts/lib/portable.sh
. "$root/scripts/lib/portable.sh"
# shellcheck source=scripts/lib/package.sh
. "$root/scripts/lib/package.sh"

case "$#:${1:-}" in
0:) kinds='deb tarball' ;;
1:deb | 1:tarball) kinds=$1 ;;
*) fail "package: unknown arguments '$*'; known: deb, tarball" ;;
esac
required=
optional=
for kind in $kinds; do
    case $kind in
    deb) required="$required $build_packages $deb_packages" optional=$build_optional ;;
    tarball) required="$required $tarball_packages" ;;
    esac
done
packages_install "$required" "$optional"
umask 022
SOURCE_DATE_EPOCH=$(package_epoch)
export SOURCE_DATE_EPOCH
version=$(package_version "$SOURCE_DATE_EPOCH")
new=$root/build/package
rm -rf "$new"
mkdir -p "$new" "$root/dist"
for kind in $kinds; do
    if [ "$kind" = tarball ]; then
        python_environment wheel "$root/python/requirements-wheel.txt" ||
            fail "the compiler of the tarball cannot be installed"
    fi
    "${kind}_build" "$new"
done
# Of an older commit nothing is left beside the new files.
for kind in $kinds; do
    case $kind in
    deb) rm -f "$root"/dist/*.deb ;;
    tarball) rm -f "$root"/dist/*.tar.gz ;;
    esac
done
ls "$new"
mv "$new"/* "$root/dist"
