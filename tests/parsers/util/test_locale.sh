#!/bin/sh
# Runs a test in a locale whose numbers have a comma: one that is there, or that is made for it.
# Usage: test_locale.sh TEST
set -eu
for name in de_DE.UTF-8 fr_FR.UTF-8 es_ES.UTF-8 de_DE fr_FR; do
    [ "$(LC_ALL=$name locale decimal_point 2>/dev/null)" != , ] || exec "$1" "$name"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if ! localedef -i de_DE -f UTF-8 "$work/de_DE.UTF-8" >/dev/null 2>&1; then
    echo "SKIP: no locale has a comma, and none can be made (apt install locales)"
    exit 77
fi
LOCPATH=$work "$1" de_DE.UTF-8
