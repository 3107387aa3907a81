"""bench.csv: what each activation costs on one device, as `elubench bench EXPERIMENT` measured it.

Each round measures every activation once, in turn, so the numbers of one round are a pair.
"""

from __future__ import annotations

import csv
import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

from elubench_report import text
from elubench_report.activations import parse_activation
from elubench_report.comparison import Values
from elubench_report.errors import ReportError
from elubench_report.experiment import Experiment, Variant
from elubench_report.recipe_checks import flatten

FILE = "bench.csv"
TRAINING = "training_images_per_second"
INFERENCE = "inference_images_per_second"
ACTIVATION = "activation_seconds"  # of a training step, with pooling and dropout, forward and backward


@dataclass(frozen=True)
class Speeds:
    """One file; values by variant, then by round."""

    place: str  # "AMD EPYC, 2 threads, elu11, batch 100, bf16, convolutions of ..., commit 0123abcde"
    network: str
    network_settings: str  # its [network] as an inline table; empty in files from before it was written
    batch_size: int
    metrics: dict[str, Values]

    def of(self, metric: str) -> Values:
        return self.metrics.get(metric, {})

    def of_another(self, experiment: Experiment) -> str:
        """Why they say nothing of these runs: another network or batch size; empty where they do."""
        runs = {
            (
                run.specification.get("network", {}).get("name"),
                run.specification.get("train", {}).get("batch_size"),
            )
            for run in experiment.runs
        }
        if (self.network, self.batch_size) in runs:
            return self._other_settings(experiment)
        others = text.joined([f"{network} with batch {batch}" for network, batch in sorted(runs, key=str)])
        return (
            f"{FILE} measured {self.network} with batch {self.batch_size}, the runs are of {others}: measure "
            "again with elubench bench"
        )

    def _other_settings(self, experiment: Experiment) -> str:
        measured = flatten(tomllib.loads(f"network = {self.network_settings or '{}'}"))
        for run in experiment.runs:
            trained = flatten({"network": run.specification.get("network", {})})
            if others := sorted(key for key in trained if key in measured and trained[key] != measured[key]):
                return (
                    f"{FILE} measured the network with another {text.joined(others)} than the runs have: measure "
                    "again with elubench bench"
                )
        return ""


def read_speeds(folder: Path) -> Speeds | None:
    """None where the experiment was not measured; throws ReportError where the file is malformed."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        return _read(path)
    except (KeyError, TypeError, ValueError, csv.Error, ReportError) as error:
        raise ReportError(f"{path}: {error}; measure again with: elubench bench {folder}") from None


def _short(commit: str) -> str:
    """ "0123456789ab... with changes" with nine digits."""
    digits, *changes = commit.split(maxsplit=1)
    return " ".join([digits[:9], *changes])


def _read(path: Path) -> Speeds:
    metrics: dict[str, Values] = {}
    places = set()
    sizes = set()
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            variant = Variant(parse_activation(row["activation"]), row["batch_norm"] == "true")
            by_round = metrics.setdefault(row["metric"], {}).setdefault(variant, {})
            number, value = int(row["round"]), float(row["value"])
            if number in by_round or not (math.isfinite(value) and value > 0):
                raise ValueError(f"{row['metric']} of {row['activation']} in round {number} is double or no speed")
            by_round[number] = value
            places.add(
                f"{row['device']}, {text.count(row['threads'], 'thread')}, "
                f"{row['network']}, batch {row['batch']}, "
                f"{row['precision']}, convolutions of {row['convolutions']}, commit {_short(row['git_commit'])}"
            )
            sizes.add((row["network"], row.get("network_settings", ""), int(row["batch"])))
    if len(places) != 1:
        raise ValueError(f"it is of {text.count(len(places), 'place')}")
    return Speeds(places.pop(), *sizes.pop(), metrics)
