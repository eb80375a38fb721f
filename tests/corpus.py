"""The captures of PKTBENCH_CORPUS, for the tests of all folders."""
import os
import sys


def corpus_folder(what, *needed):
    """The folder. None if PKTBENCH_CORPUS is unset or empty; then a line "SKIP: `what`" is printed.
    The test fails if one of the `needed` folders is missing."""
    folder = os.environ.get("PKTBENCH_CORPUS")
    if not folder:
        print(f"SKIP: {what}: PKTBENCH_CORPUS is not set", flush=True)
        return None
    for name in needed:
        if not os.path.isdir(os.path.join(folder, name)):
            sys.exit(f"FAIL: PKTBENCH_CORPUS is {folder}, which has no folder {name}")
    return folder
