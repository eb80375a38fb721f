#!/bin/sh
# The steps of action.yml: step.sh check|install|build|measure. Inputs come as variables INPUT_...,
# never as text of a script. Exit status: 0 done, 1 the gate fails, 2 an error.
set -eu
action=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$RUNNER_TEMP/pktbench
base=$work/base
prefix=$work/prefix

fail() {
    printf '::error title=pktbench gate::%s\n' "$*"
    exit 2
}

# quarantined COMMAND...: what the change wrote runs without the files by which a step talks to the
# runner, and without tokens; what it prints is no command for the runner.
quarantined() {
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '::stop-commands::%s\n' "$token"
    status=0
    env -u GITHUB_ENV -u GITHUB_OUTPUT -u GITHUB_PATH -u GITHUB_STATE -u GITHUB_STEP_SUMMARY \
        -u GITHUB_TOKEN -u GH_TOKEN -u ACTIONS_RUNTIME_TOKEN -u ACTIONS_ID_TOKEN_REQUEST_TOKEN \
        -u ACTIONS_ID_TOKEN_REQUEST_URL "$@" || status=$?
    printf '\n::%s::\n' "$token"
    return $status
}

# What must hold before anything of the change runs. The commit to compare with goes to $work/commit.
step_check() {
    case ${GITHUB_EVENT_NAME:-} in
    pull_request_target | workflow_run)
        fail "on: $GITHUB_EVENT_NAME gives the code of a pull request secrets and a token that can write; use on: pull_request"
        ;;
    esac
    case ${INPUT_PLUGIN:+plugin}${INPUT_PROGRAM:+program} in
    plugin | program) ;;
    *) fail "give one of the inputs plugin and program" ;;
    esac
    git rev-parse --verify --quiet 'HEAD^{commit}' >/dev/null ||
        fail "there is no checkout here: use actions/checkout before this action"
    ! git config --get-regexp '^http\..*\.extraheader$' >/dev/null ||
        fail "the checkout keeps a token that the code of the pull request could read; give actions/checkout persist-credentials: false"
    [ -n "${INPUT_BASE:-}" ] || fail "there is no base to compare with; give the input base"
    rm -rf "$work"
    mkdir -p "$work"
    git merge-base --end-of-options "$INPUT_BASE" HEAD >"$work/commit" 2>/dev/null ||
        fail "commit $INPUT_BASE is not in the checkout; give actions/checkout fetch-depth: 0"
    echo "comparing $(git rev-parse HEAD) with $(cat "$work/commit")"
}

# pktbench, its headers and its library: those that are installed, or of this action's commit.
step_install() {
    if [ -n "${INPUT_PROGRAM:-}" ]; then
        return 0
    elif [ -n "${INPUT_PKTBENCH:-}" ]; then
        "$INPUT_PKTBENCH" --version || fail "$INPUT_PKTBENCH does not run"
    else
        "$action/run" build || fail "pktbench cannot be built"
        cmake --install "$action/build/release" --prefix "$prefix" >"$work/install.log" ||
            fail "pktbench cannot be installed into $prefix"
        "$prefix/bin/pktbench" --version
    fi
}

# build_in FOLDER NAME: run the command there, and find what it must have built.
build_in() {
    echo "::group::build of the $2"
    built=0
    (cd "$1" && quarantined env "CMAKE_PREFIX_PATH=$prefix${CMAKE_PREFIX_PATH:+:$CMAKE_PREFIX_PATH}" \
        bash --noprofile --norc -e -o pipefail -c "$INPUT_BUILD") || built=$?
    echo '::endgroup::'
    [ $built -eq 0 ] || fail "the build of the $2 failed: exit status $built"
    [ -f "$1/$path" ] || fail "the build of the $2 made no $path"
}

step_build() {
    path=${INPUT_PLUGIN:-$INPUT_PROGRAM}
    git worktree add --detach "$base" "$(cat "$work/commit")" >"$work/worktree.log" 2>&1 ||
        fail "the base cannot be checked out: $(tail -n 1 "$work/worktree.log")"
    build_in "$base" base
    build_in "$PWD" change
}

# each_line TEXT: its lines, without blanks around them and without empty ones.
each_line() { printf '%s\n' "$1" | sed -e 's/^[[:space:]]*//' -e 's/[[:space:]]*$//' -e '/^$/d'; }

step_measure() {
    path=${INPUT_PLUGIN:-$INPUT_PROGRAM}
    results=$work/results.json
    echo "results=$results" >>"$GITHUB_OUTPUT"
    set --
    { each_line "${INPUT_ARGUMENTS:-}" && echo -- && each_line "${INPUT_CAPTURES:-}"; } >"$work/arguments"
    while IFS= read -r line; do
        set -- "$@" "$line"
    done <"$work/arguments"
    if [ -n "${INPUT_PROGRAM:-}" ]; then
        program=$PWD/$path
    else
        program=${INPUT_PKTBENCH:-$prefix/bin/pktbench}
        set -- --plugin "$PWD/$path" "$@"
    fi
    status=0
    # shellcheck disable=SC2016 # the inner shell expands it
    quarantined sh -c 'out=$1 && shift && exec "$@" >"$out"' sh "$work/summary.md" \
        "$program" bench --baseline "$base/$path" --fail-on "$INPUT_FAIL_ON" --format markdown \
        -o "$results" "$@" || status=$?
    # GitHub takes 1 MiB. Names and reasons are escaped by pktbench.
    [ ! -s "$work/summary.md" ] || head -c 1000000 "$work/summary.md" >>"$GITHUB_STEP_SUMMARY"
    case $status in
    0) return 0 ;;
    1) printf '::error title=pktbench gate::the gate fails; the table is in the summary of the job\n' ;;
    *) printf '::error title=pktbench gate::pktbench failed: exit status %d\n' $status ;;
    esac
    exit $status
}

case ${1:-} in
check | install | build | measure) "step_$1" ;;
*) fail "step.sh: unknown step '${1:-}'; known: check, install, build, measure" ;;
esac
