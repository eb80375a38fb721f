#!/usr/bin/env python3
"""Detectors of attacks, trained and tested on windows of packets out of labelled mixtures.

Usage: baseline.py [--pktbench PROGRAM] [--seeds N] [--only SET] [-o FIGURES.json] [--check FIGURES.json]
       baseline.py --table FIGURES.json

For each seed it generates two mixtures of a home's traffic and eight attacks, one to train on and one,
of other packets and another day, to test on; extracts ciciot39, ciciot46 and ciciot-fixed, whose
windows have the label of most of their packets; and writes precision and recall of each attack of

- a logistic regression and a random forest (scikit-learn), which learn from the first mixture alone,
- a forest that learns from a stream (river): after the first mixture it goes on in the second one,
  where it is told the label of each window after it has predicted it,
- the label of the window before, which is what being told is worth without any features.

The same command gives the same figures.

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
ATTACKS = {"tcp-flood": ("300kB", "+2s", 0.02), "udp-flood": ("300kB", "+6s", 0.02),
           "icmp-flood": ("300kB", "+10s", 0.02), "http-flood": ("600kB", "+14s", 0.05),
           "slowloris": ("600kB", "+20s", 1), "recon": ("400kB", "+28s", 1), "spoofing": ("1MB", "+32s", 1),
           "mirai": ("600kB", "+40s", 0.03)}
DAYS = {"train": "2026-05-04T12:00:00Z", "test": "2026-06-01T09:00:00Z"}
SETS = {"ciciot39": [], "ciciot46": [], "ciciot-fixed": ["--by", "pair"]}
KEYS = ("ts_ns", "src", "dst", "label", "label_share")
MODELS = ("logistic regression", "random forest", "streaming forest", "last label")
TOLERANCE = 0.005  # of libraries of other versions, and of other processors


class Fault(Exception):
    """What the user has to change."""


def run(program, *words):
    try:
        done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False)
    except OSError as error:
        raise Fault(f"{program}: {error.strerror}; --pktbench PROGRAM names pktbench") from error
    if done.returncode:
        raise Fault(f"{program} {' '.join(map(str, words))}: {done.stderr.strip()}")


def mixture(program, folder, seed, day):
    """The mixture, and the label of each of its packets: mixture.pcapng and labels.csv."""
    run(program, "--version")
    import pandas
    parts, captures = [], []
    for name in (HOME, *ATTACKS):
        size, when, rate = ATTACKS.get(name, (HOME_SIZE, day, 1))
        capture = folder / f"{name}.pcap"
        run(program, "gen", name, "--seed", seed, "--size", size, "-o", capture, "--labels", folder / f"{name}.csv")
        captures += [capture, "--shift", f"{capture}={when}", "--rate", f"{capture}={rate}"]
        parts.append(pandas.read_csv(folder / f"{name}.csv").assign(origin=str(capture)))
    run(program, "mix", *captures, "-o", folder / "mixture.pcapng", "--truth", folder / "truth.csv")
    # An attack's capture has traffic of the home too, whose packets have their own label.
    truth = pandas.read_csv(folder / "truth.csv", usecols=["packet", "origin", "origin_packet"])
    known = pandas.concat(parts).rename(columns={"packet": "origin_packet"})
    labels = truth.merge(known, on=["origin", "origin_packet"], how="left", validate="one_to_one")
    labels[["packet", "label"]].to_csv(folder / "labels.csv", index=False)


def windows(program, folder, name):
    """Values and labels of the windows of a set of features, in the order of the mixture."""
    import numpy
    import pandas
    out = folder / f"{name}.parquet"
    run(program, "extract", folder / "mixture.pcapng", "--features", name, *SETS[name], "--labels",
        folder / "labels.csv", "-o", out)
    table = pandas.read_parquet(out)
    values = table.drop(columns=[key for key in KEYS if key in table])
    # A rate is infinite, and other values are empty, where all packets have one time.
    values = values.replace([numpy.inf, -numpy.inf], numpy.nan).fillna(0).to_numpy(dtype=float)
    return values, table["label"].tolist()


def predictions(model, seed, train, test):
    """What the model says of the windows to test on."""
    if model == "last label":
        return [HOME, *test[1][:-1]]
    if model == "streaming forest":
        return streamed(seed, train, test)
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    if model == "random forest":
        fitted = RandomForestClassifier(n_estimators=100, random_state=seed)
    else:
        fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return fitted.fit(*train).predict(test[0]).tolist()


def streamed(seed, train, test):
    """Window by window, in the order of time; those to test on are predicted before they are learned."""
    from river import forest
    model = forest.ARFClassifier(n_models=5, seed=seed)
    found = []
    for part in (train, test):
        for row, label in zip(part[0].tolist(), part[1]):
            values = dict(enumerate(row))
            if part is test:
                found.append(model.predict_one(values))
            model.learn_one(values, label)
    return found


def quality(wanted, found):
    """{attack: (precision, recall)}; the precision of an attack that is never predicted is 0."""
    from sklearn.metrics import precision_recall_fscore_support
    precision, recall, _, _ = precision_recall_fscore_support(wanted, found, labels=list(ATTACKS), zero_division=0)
    return dict(zip(ATTACKS, zip(precision.tolist(), recall.tolist())))


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
                train, test = (windows(program, Path(work) / part, name) for part in DAYS)
                for model in MODELS:
                    found = quality(test[1], predictions(model, seed, train, test))
                    for attack, (precision, recall) in found.items():
                        figures[name][model][attack]["precision"].append(round(precision, 4))
                        figures[name][model][attack]["recall"].append(round(recall, 4))
        print(f"seed {seed} of {seeds}: done", file=sys.stderr)
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
                        yield (f"{name}, {model}, {attack}: {measure_} {mean(values):.4f}, "
                               f"stored {min(known)} to {max(known)}")


def cell(measures):
    """Precision and recall: the mean, and half of the distance from the least to the greatest."""
    return " / ".join(f"{mean(v):.2f} ±{(max(v) - min(v)) / 2:.2f}" for v in (measures["precision"], measures["recall"]))


def table(figures):
    lines = ["| features | attack | " + " | ".join(MODELS) + " |", "|:--|:--|" + ":--|" * len(MODELS)]
    for name, models in figures.items():
        for attack in ATTACKS:
            cells = (cell(models[model][attack]) for model in MODELS)
            lines.append(f"| {name} | {attack} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def figures_read(path):
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Fault(f"{path}: {error}") from error


def arguments_read():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pktbench", default="pktbench", help="the program")
    parser.add_argument("--seeds", type=int, default=5, help="mixtures to train on and to test on; default 5")
    parser.add_argument("--only", choices=SETS, help="one set of features")
    parser.add_argument("-o", dest="output", help="where to write the figures")
    parser.add_argument("--check", help="stored figures to compare with")
    parser.add_argument("--table", help="stored figures to print")
    arguments = parser.parse_args()
    if arguments.seeds < 1:
        parser.error("--seeds: must be 1 or more")
    return arguments


def main():
    arguments = arguments_read()
    if arguments.table:
        print(table(figures_read(arguments.table)))
        return 0
    stored = figures_read(arguments.check) if arguments.check else None
    figures = measure(arguments.pktbench, arguments.seeds, [arguments.only] if arguments.only else list(SETS))
    if arguments.output:
        Path(arguments.output).write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    if not stored:
        print(table(figures))
        return 0
    found = list(outside(figures, stored))
    print("\n".join(found) if found else "all figures are within the stored spread")
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Fault as fault:
        print(f"baseline.py: error: {fault}", file=sys.stderr)
        sys.exit(2)
