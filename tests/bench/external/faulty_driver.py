"""A driver with a fault that its argument names; without one it works. Its rows are those of a pcap
file at level frames."""
import glob
import json
import os
import shutil
import struct
import sys
import time
import zlib

FAULT = sys.argv[1] if len(sys.argv) > 1 else "none"
OTHER = sys.argv[2] if len(sys.argv) > 2 else ""  # a capture
COLUMNS = ["ts_ns", "cap_len", "wire_len", "link_type"]
WARM_UP = {"late-warm-up": 2}.get(FAULT, 0)  # unranked runs
slice_path, rows_kept, unread, first, digests, prepared = "", [], b"", [], 0, 0


def rows_of(path):
    with open(path, "rb") as file:
        data = file.read()
    if FAULT == "slow-start":  # 2 us a byte; a capture without packets takes longer
        time.sleep(len(data) * 2e-6 if len(data) > 24 else 0.2)
    return rows_of_bytes(data)


def rows_of_bytes(data):
    rows, at = [], 24
    while at < len(data):
        seconds, part, captured, wire = struct.unpack_from("<4I", data, at)
        rows.append([seconds * 10**9 + part * 1000, captured, wire, 1])
        at += 16 + captured
    return rows


def complain(size):
    """`size` bytes on standard error."""
    line = b"never mind " * 95302 + b"\n"
    for _ in range(size // len(line) + 1):
        os.write(2, line)


def write(to, rows):
    if FAULT == "other-capture":
        rows = rows_of(OTHER)[:len(rows)]
    if FAULT == "few-rows":
        rows = rows[:-3]
    if FAULT == "wrong-cell":
        rows[4][1] += 1
        rows[6][2] += 5
    if FAULT == "zeros":
        rows = [row + [0] for row in rows]
    named = [c for c in COLUMNS if FAULT != "no-column" or c != "wire_len"]
    if FAULT == "no-column":
        rows = [row[:2] + row[3:] for row in rows]
    if FAULT == "no-cell":
        rows[1][3] = ""
    if FAULT == "rows-fifo":
        os.mkfifo(to)
        return {"ok": True, "rows": len(rows)}
    if FAULT == "rows-link":
        os.symlink("/dev/zero", to)
        return {"ok": True, "rows": len(rows)}
    if FAULT == "rows-nul":  # a hole of the size that the limit allows
        with open(to, "wb") as out:
            out.truncate(10**9)
        return {"ok": True, "rows": len(rows)}
    times = 1_200_000 // len(rows) + 1 if FAULT == "many-rows" else 1
    with open(to, "w", encoding="ascii") as out:
        out.write(",".join(named + ["src_port"] * (FAULT == "zeros")) + "\n")
        out.write("".join(",".join(map(str, row)) + "\n" for row in rows) * times)
    return {"ok": True, "rows": len(rows) * times + (1 if FAULT == "more-told" else 0)}


def is_late():
    """Is this digest late? Of `late-sometimes`, every second one is."""
    late = {"late": True, "late-warm-up": digests <= WARM_UP, "late-sometimes": digests % 2}
    return late.get(FAULT, False)


def digest(request):
    global digests
    digests += 1
    if is_late():
        time.sleep(0.2)
    size, index = request["bytes"], COLUMNS.index(request["column"])
    kept = rows_of_bytes(unread) if FAULT == "lazy" else rows_kept
    if FAULT == "find":  # another copy of the capture
        kept = rows_of(max(glob.glob(slice_path + ".*"), default=slice_path, key=os.path.getmtime))
    cells = b"".join(row[index].to_bytes(size, "little") for row in kept)
    return {"ok": True, "crc32": f"{zlib.crc32(cells) ^ (FAULT == 'wrong-digest'):08x}"}


def describe():
    columns = COLUMNS + {"unknown-column": ["colour"], "half-column": ["src_hi"]}.get(FAULT, [])
    level, columns = ("headers", columns + ["src_port"]) if FAULT == "zeros" else ("frames", columns)
    backend = {"name": "faulty", "summary": "a test", "version": "1", "license": "MIT",
               "decoder": "faulty", "levels": {level: {"work": "struct", "columns": columns}}}
    if WARM_UP:
        backend["warm_up"] = WARM_UP
    if FAULT == "no-decoder":
        del backend["decoder"]
    if FAULT == "no-level":
        backend["levels"] = {}
    return {"ok": True, "protocol": 7 if FAULT == "version" else 1, "backend": backend}


def slice_take(path):
    """Remove the slice; put a copy, or the capture of another path, in its place."""
    if FAULT == "swaps":
        shutil.copy(path, path + ".new")
        os.replace(path + ".new", path)
    if FAULT in ("removes", "links") or (FAULT == "removes-later" and prepared > 2):
        os.unlink(path)
    if FAULT == "links":
        os.symlink("/dev/null", path)
    if FAULT == "clears" or (FAULT == "clears-whole" and "-first-" not in path):
        shutil.rmtree(os.path.dirname(path))


def answer(request):
    global slice_path, rows_kept, unread, first, prepared
    op = request["op"]
    prepared += op == "prepare"
    if op == "load" and FAULT == "daemon" and os.fork() == 0:
        if os.fork() == 0:
            time.sleep(60)
        os._exit(0)
    if op == "load" and FAULT == "late-daemon" and os.fork() == 0:
        time.sleep(0.2)  # while other backends run
        if os.fork() == 0:
            os.setsid()
            time.sleep(60)
        os._exit(0)
    driver = os.getpid()
    if op == "load" and FAULT == "helper" and os.fork() == 0:
        while os.getppid() == driver:  # at work all the time
            pass
        os._exit(0)
    if op == "empty" and FAULT == "slow-empty":
        time.sleep(0.05)
    if op == "prepare":
        slice_path, rows_kept = request["slice"], []
        slice_take(slice_path)
        if FAULT in ("early", "lazy"):
            first = rows_of(slice_path)
    if op == "go" and FAULT == "lazy":  # the cells are made when a column is named
        with open(slice_path, "rb") as file:
            unread = file.read()
        return {"ok": True, "rows": len(first)}
    if op == "go":
        first = first or rows_of(slice_path)
        rows_kept = first if FAULT in ("replay", "early") else rows_of(slice_path)
        count = str(len(rows_kept)) if FAULT == "text-rows" else len(rows_kept)
        return {"ok": True, "rows": count}
    if op == "rows":
        return write(request["to"], rows_of(request["slice"]))
    answers = {"describe": describe, "digest": lambda: digest(request)}
    return answers.get(op, lambda: {"ok": True})()


for line in sys.stdin:
    asked = json.loads(line)
    if asked["op"] == "done":
        break
    if FAULT == "noise" or (FAULT == "noise-rows" and asked["op"] == "rows"):
        print("Loading the library ...", flush=True)
        continue
    if FAULT.startswith("stderr") and asked["op"] == "rows":
        complain(10**9 if FAULT == "stderr" else 10**8)
    if asked["op"] == {"dies": "rows", "stderr-dies": "rows", "dies-go": "go"}.get(FAULT):
        print("out of ideas", file=sys.stderr, flush=True)
        os._exit(3)
    if FAULT == "hangs" and asked["op"] == "rows":
        time.sleep(3600)
    text = json.dumps(answer(asked))
    if FAULT == "nan" and asked["op"] == "rows":
        text = '{"ok": true, "rows": NaN}'
    if FAULT == "twice" and asked["op"] == "load":
        text += "\n" + text
    if FAULT == "list":
        text = "[]"
    if FAULT == "nul" and asked["op"] == "load":
        text += "\0 and more"
    print(text, flush=True)
