"""The program in the package: the command, and functions that run it."""

import errno
import os
import sys

from ._errors import Error, OptionError

PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_program", "pktbench")
_SHORT = {"filter": "-f", "recursive": "-R"}
_ERROR = "pktbench: error: "


def _environment():
    """Python libraries are measured with the interpreter of this process."""
    return {"PKTBENCH_PYTHON": sys.executable or "", **os.environ}


def main():
    """Become the program."""
    import signal
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # which Python ignores, and programs inherit
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execve(PROGRAM, ["pktbench", *sys.argv[1:]], _environment())
    except OSError as error:
        print(f"{_ERROR}{PROGRAM}: {error.strerror}", file=sys.stderr)
        sys.exit(2)


def _words(options):
    """The options of a command line."""
    for name, value in options.items():
        option = _SHORT.get(name) or (f"-{name}" if len(name) == 1 else
                                      "--" + name.replace("_", "-"))
        if name == "format":
            raise OptionError("format: the results are returned as a dict")
        if value is None or value is False:
            continue
        if value is True:
            yield option
        elif name == "external":
            for one in [value] if isinstance(value, str) else value:
                yield from (option, one)
        elif isinstance(value, (str, bytes, int, float, os.PathLike)):
            yield from (option, os.fsdecode(value) if isinstance(value, (bytes, os.PathLike))
                        else str(value))
        else:
            yield from (option, ",".join(map(str, value)))


def _ended(process):
    """Pass on the messages of the program, and wait for its end: its last error."""
    last = ""
    try:
        for line in process.stderr:
            sys.stderr.write(line)
            if line.startswith(_ERROR):
                last = line[len(_ERROR):].strip()
        process.wait()
    except BaseException:
        process.terminate()  # it ends its own processes
        process.wait()
        raise
    return last


def _failure(last, operands):
    """The exception for the last error of the program."""
    for operand in map(os.fsdecode, operands):
        for number in (errno.ENOENT, errno.EACCES):
            if last.startswith(f"{operand}: ") and last.endswith(f": {os.strerror(number)}"):
                return OSError(number, os.strerror(number), operand)
    return Error(last)


def _run(command, operands, options, given=None):
    """The JSON that a command writes, and its exit status, 0 or 1."""
    import json
    import subprocess
    import tempfile
    words = [PROGRAM, command, "--format", "json", *_words(options), "--",
             *(os.fsdecode(operand) for operand in operands)]
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as source:
        json.dump(given, source)
        source.seek(0)
        with subprocess.Popen(words, stdin=source, stdout=output, stderr=subprocess.PIPE,
                              text=True, errors="replace", env=_environment()) as process:
            last = _ended(process)
        output.seek(0)
        text = output.read()
    if process.returncode not in (0, 1) or not text:
        raise _failure(last or f"pktbench {command} has ended with status {process.returncode}",
                       operands)
    return json.loads(text), process.returncode


def bench(*captures, **options):
    """Measure parsers, as `pktbench bench` does: its results, a dict (results/schema.json).

    captures: paths; none: generated captures. options: those of the command, with "_" for "-": a
    value, a list of values, or True for an option without one; filter for -f, and o for a file that
    keeps the results:

        bench("home.pcap", backends=["raw", "dpkt"], levels="headers", budget="60s")

    Python libraries are measured with the interpreter that runs this. Messages of the command are
    written to sys.stderr. Raises FileNotFoundError or PermissionError for a capture that cannot be
    opened, and Error if the command fails otherwise; if a check of `fail_on` failed, the exception
    has the results too, as `results`.
    """
    results, status = _run("bench", captures, options)
    if status:
        error = Error("a check of bench failed: see the results")
        error.results = results
        raise error
    return results


def choose(results, **options):
    """The parser that meets requirements, as `pktbench choose` finds it: its answer, a dict.

    results: those of bench(), or the path of a results file. options: those of the command, as for
    bench():

        choose(results, need="headers,stream", rate="1Mpps", cores=4)

    If no parser meets the requirements, the answer says which to relax.
    """
    if isinstance(results, dict):
        return _run("choose", ["/dev/stdin"], options, results)[0]
    return _run("choose", [results], options)[0]
