#!/usr/bin/env python3
"""Convert results of schema version 1 to version 2, in place: results_v2.py FILE..."""
import json
import sys

KEYS = {"how": "evidence", "sound_packets": "well_formed_packets", "broken_rows": "malformed_rows",
        "broken_cells_different": "malformed_cells_different", "k": "runs", "against": "baseline",
        "piece": "reset-every"}
WORDS = {"snapped": "cut-by-snaplen"}


def convert(value, key=None):
    if isinstance(value, dict):
        return {KEYS.get(name, name): convert(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [convert(inner, key) for inner in value]
    if key == "suite" and value == "seed":
        return "cic-iot"
    if key == "schema_version" and value == 1:
        return 2
    return WORDS.get(value, value) if isinstance(value, str) else value


for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        text = file.read()
    results = convert(json.loads(text))
    compact = "\n" not in text.strip()
    with open(path, "w", encoding="utf-8") as file:
        if compact:
            json.dump(results, file, separators=(",", ":"), ensure_ascii=False)
        else:
            json.dump(results, file, indent=1, ensure_ascii=False)
        file.write("\n")
