"""Runs beside those of another experiment with the same seeds: how far apart they are over training."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np

from elubench_report import text
from elubench_report.curves import loss_window, test_error, training_loss
from elubench_report.experiment import Experiment, Run
from elubench_report.metrics import Series
from elubench_report.table_titles import titled
from elubench_report.tables import Table

_TEST_ERROR = ("test error (points)", test_error, 2)
_TRAINING_LOSS = ("training loss (nats)", training_loss, 3)


def beside_table(experiment: Experiment, other: Experiment) -> Table | None:
    """A row a variant and measure: what changes from one to the other, beside what changes from seed to seed.

    Means over the evaluations that both runs have, but the one before training, and over the pairs of runs.
    """
    rows = []
    for variant in experiment.variants:
        theirs = {run.seed: run for run in other.finished(variant)}
        pairs = [(run, theirs[run.seed]) for run in experiment.finished(variant) if run.seed in theirs]
        if not pairs:
            continue
        among = list(combinations(theirs.values(), 2))
        last = max(run.iterations for run, _ in pairs)
        same_window = loss_window([run for pair in pairs for run in pair]) is not None
        for measure, series_of, digits in (_TEST_ERROR, _TRAINING_LOSS) if same_window else (_TEST_ERROR,):
            differences, of_seeds = (_differences(two, series_of, last) for two in (pairs, among))
            numbers = [
                text.number(_mean(differences), digits, signed=True),
                text.number(_mean([np.abs(d) for d in differences]), digits),
                text.number(_mean([np.abs(d) for d in of_seeds]), digits),
            ]
            rows.append([experiment.label(variant), str(len(pairs)), measure, *numbers])
    if not rows:
        return None
    header = ["activation", "seeds", "of", "difference", "its size", "between seeds"]
    notes = [
        f"Less {other.title} ({other.name}), run by run with the same seed: means over the evaluations after the "
        "start of training that both have. Its size: without the sign. Between seeds: the size of the difference "
        "between two of those runs, over the same iterations. Training losses only where each is a mean of as "
        "many iterations.",
    ]
    return Table("beside", titled(experiment, "Beside the other runs, seed by seed"), header, rows, notes)


def _differences(pairs: list[tuple[Run, Run]], series_of: Callable[[Run], Series], last: int) -> list[np.ndarray]:
    """One array a pair that shares evaluations, up to an iteration."""
    found = []
    for one, two in pairs:
        first, second = series_of(one), series_of(two)
        shared = np.intersect1d(first.iterations, second.iterations)
        shared = shared[(shared > 0) & (shared <= last)]
        if len(shared):
            found.append(first.restricted(shared).values - second.restricted(shared).values)
    return found


def _mean(differences: list[np.ndarray]) -> float | None:
    return float(np.mean([pair.mean() for pair in differences])) if differences else None
