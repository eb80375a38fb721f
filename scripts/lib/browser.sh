# The npm packages that test the report's page in a browser, into build/browser.
# shellcheck shell=sh

# By the pinned list. Without node or npm, or if npm cannot install, the test of the page is skipped.
browser_install() {
    browser=$root/build/browser
    if ! command -v npm >/dev/null 2>&1 || ! command -v node >/dev/null 2>&1; then
        say "no node or npm: the report's page is not tested in a browser"
        return 0
    fi
    if cmp -s "$root/tests/report/browser/package-lock.json" "$browser/installed.json"; then
        return 0
    fi
    rm -rf "$browser"
    mkdir -p "$browser"
    cp "$root/tests/report/browser/package.json" "$root/tests/report/browser/package-lock.json" "$browser"
    if (cd "$browser" && npm ci --no-audit --no-fund --ignore-scripts) >"$root/build/browser.log" 2>&1; then
        cp "$browser/package-lock.json" "$browser/installed.json"
    else
        say "npm cannot install: $(tail -n 1 "$root/build/browser.log"); the report's page is not tested in a browser"
    fi
}
