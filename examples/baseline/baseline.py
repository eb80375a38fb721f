#!/usr/bin/env python3
"""Detectors of attacks, trained and tested on windows of packets out of labelled mixtures.

Usage: baseline.py [--pktbench PROGRAM] [--seeds N] [--only SET] [-o FIGURES.json] [--check FIGURES.json]
       baseline.py --table FIGURES.json

For each seed it generates two mixtures of a home's traffic and eight attacks, one to train on and one,
of other packets and another day, to test on; extracts ciciot39, ciciot46 and ciciot-fixed, whose
windows have the label of most of their packets; trains a logistic regression and a random forest
(scikit-learn), and a forest that learns from a stream (river); and writes precision and recall of each
attack. The same command gives the same figures.

--check: compare with stored figures; exit status 1 if a mean is outside of their spread.
--table: print stored figures as Markdown."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = "benign-iot"
HOME_SIZE = "6MB"
# Of each attack: its bytes, when it begins, and how fast it is. Those that are slowed down take some
# seconds, so that there are packets of the home among theirs.
ATTACKS = {"tcp-flood": ("300kB", "+2s", 0.02), "udp-flood": ("300kB", "+6s", 0.02), "icmp-flood": ("300kB", "+10s", 0.02),
           "http-flood": ("600kB", "+14s", 0.05), "slowloris": ("600kB", "+20s", 1), "recon": ("400kB", "+28s", 1),
           "spoofing": ("1MB", "+32s", 1), "mirai": ("600kB", "+40s", 0.03)}
DAYS = {"train": "2026-05-04T12:00:00Z", "test": "2026-06-01T09:00:00Z"}
SETS = {"ciciot39": [], "ciciot46": [], "ciciot-fixed": ["--by", "pair"]}
KEYS = ("ts_ns", "src", "dst", "label", "label_share")
MODELS = ("logistic regression", "random forest", "streaming forest")
TOLERANCE = 0.005  # of libraries of other versions, and of other processors


def run(program, *words):
    subprocess.run([program, *map(str, words)], check=True, stderr=subprocess.DEVNULL)


def mixture(program, folder, seed, day):
    """The mixture, and the label of each of its packets: mixture.pcapng and labels.parquet."""
    import pandas
    parts = []
    captures = []
    for name in (HOME, *ATTACKS):
        size, when, rate = ATTACKS.get(name, (HOME_SIZE, day, 1))
        capture = folder / f"{name}.pcap"
        run(program, "gen", name, "--seed", seed, "--size", size, "-o", capture, "--labels", folder / f"{name}.csv")
        captures += [capture, "--shift", f"{capture}={when}", "--rate", f"{capture}={rate}"]
        parts.append(pandas.read_csv(folder / f"{name}.csv").assign(origin=str(capture)))
    run(program, "mix", *captures, "-o", folder / "mixture.pcapng", "--truth", folder / "truth.parquet")
    # An attack's capture has traffic of the home too, whose packets have their own label.
    truth = pandas.read_parquet(folder / "truth.parquet", columns=["packet", "origin", "origin_packet"])
    known = pandas.concat(parts).rename(columns={"packet": "origin_packet"})
    labels = truth.merge(known, on=["origin", "origin_packet"], how="left", validate="one_to_one")
    labels[["packet", "label"]].to_parquet(folder / "labels.parquet", index=False)


def windows(program, folder, name):
    """Values and labels of the windows of a set of features, in the order of the mixture."""
    import numpy
    import pandas
    out = folder / f"{name}.parquet"
    run(program, "extract", folder / "mixture.pcapng", "--features", name, *SETS[name], "--labels",
        folder / "labels.parquet", "-o", out)
    table = pandas.read_parquet(out)
    values = table.drop(columns=[key for key in KEYS if key in table])
    # A rate is infinite, and other values are empty, where all packets have one time.
    values = values.replace([numpy.inf, -numpy.inf], numpy.nan).fillna(0).to_numpy(dtype=float)
    return values, table["label"].to_numpy(dtype=str), list(table.columns)


def predictions(model, seed, train, test):
    """What the model says of the windows to test on, after it was trained."""
    values, labels = train
    if model == "streaming forest":
        return streamed(seed, train, test)
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    if model == "random forest":
        fitted = RandomForestClassifier(n_estimators=100, random_state=seed).fit(values, labels)
    else:
        fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(values, labels)
    return fitted.predict(test[0])


def streamed(seed, train, test):
    """Window by window, in the order of time; nothing is learned from those to test on."""
    from river import forest
    model = forest.ARFClassifier(n_models=5, seed=seed)
    for row, label in zip(train[0].tolist(), train[1].tolist()):
        model.learn_one(dict(enumerate(row)), label)
    return [model.predict_one(dict(enumerate(row))) for row in test[0].tolist()]


def quality(wanted, found):
    """{attack: (precision, recall)}"""
    result = {}
    for attack in ATTACKS:
        hits = sum(w == f == attack for w, f in zip(wanted, found))
        result[attack] = (hits / max(1, sum(f == attack for f in found)), hits / max(1, sum(w == attack for w in wanted)))
    return result


def measure(program, seeds, sets):
    """{set: {model: {attack: {"precision": [one for each seed], "recall": [...]}}}}"""
    figures = {name: {model: {attack: {"precision": [], "recall": []} for attack in ATTACKS} for model in MODELS}
               for name in sets}
    for seed in range(1, seeds + 1):
        with tempfile.TemporaryDirectory() as work:
            for number, (part, day) in enumerate(DAYS.items()):
                (Path(work) / part).mkdir()
                mixture(program, Path(work) / part, 2 * seed + number, day)
            for name in sets:
                train, test = (windows(program, Path(work) / part, name)[:2] for part in DAYS)
                for model in MODELS:
                    found = quality(test[1].tolist(), list(predictions(model, seed, train, test)))
                    for attack, (precision, recall) in found.items():
                        figures[name][model][attack]["precision"].append(round(precision, 4))
                        figures[name][model][attack]["recall"].append(round(recall, 4))
                    print(f"seed {seed}, {name}, {model}: done", file=sys.stderr)
    return figures


def mean(values):
    return sum(values) / len(values)


def outside(figures, stored):
    """Means that are not within the spread of the stored figures."""
    for name, models in figures.items():
        for model, attacks in models.items():
            for attack, measures in attacks.items():
                for measure_, values in measures.items():
                    known = stored[name][model][attack][measure_]
                    if not min(known) - TOLERANCE <= mean(values) <= max(known) + TOLERANCE:
                        yield f"{name}, {model}, {attack}: {measure_} {mean(values):.3f}, stored {min(known)} to {max(known)}"


def cell(measures):
    """Precision and recall: the mean, and half of the distance from the least to the greatest."""
    return " / ".join(f"{mean(v):.2f} ±{(max(v) - min(v)) / 2:.2f}"
                      for v in (measures["precision"], measures["recall"]))


def table(figures):
    lines = ["| features | attack | " + " | ".join(MODELS) + " |", "|:--|:--|" + ":--|" * len(MODELS)]
    for name, models in figures.items():
        for attack in ATTACKS:
            cells = (cell(models[model][attack]) for model in MODELS)
            lines.append(f"| {name} | {attack} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def arguments_read():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pktbench", default="pktbench", help="the program")
    parser.add_argument("--seeds", type=int, default=5, help="mixtures to train on and to test on")
    parser.add_argument("--only", choices=SETS, help="one set of features")
    parser.add_argument("-o", dest="output", help="where to write the figures")
    parser.add_argument("--check", help="stored figures to compare with")
    parser.add_argument("--table", help="stored figures to print")
    return parser.parse_args()


def main():
    arguments = arguments_read()
    if arguments.table:
        print(table(json.loads(Path(arguments.table).read_text(encoding="utf-8"))))
        return 0
    figures = measure(arguments.pktbench, arguments.seeds, [arguments.only] if arguments.only else list(SETS))
    if arguments.output:
        Path(arguments.output).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if not arguments.check:
        print(table(figures))
        return 0
    found = list(outside(figures, json.loads(Path(arguments.check).read_text(encoding="utf-8"))))
    print("\n".join(found) if found else "all figures are within the stored spread")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
