"""Curves over training: one run's, and the mean and 95 % band over the runs of a variant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from elubench_report.experiment import Run
from elubench_report.metrics import EMPTY, Series
from elubench_report.statistics import mean_interval


@dataclass(frozen=True)
class Curve:
    """Mean over n runs at each iteration; the band is the t interval, None for one run."""

    iterations: np.ndarray
    x: np.ndarray  # what it is drawn against: the iterations, or the mean seconds that they took
    mean: np.ndarray
    low: np.ndarray | None
    high: np.ndarray | None
    n: int

    def __len__(self) -> int:
        return len(self.x)


def test_error(run: Run) -> Series:
    """Test error in per cent at each evaluation."""
    return run.metrics.get("test", "error")


def training_loss(run: Run) -> Series:
    """Training loss in nats, averaged between successive evaluations of the test set, as the paper's is.

    A row of metrics.csv is a mean over the iterations since the row before, so rows count by how many they cover.
    """
    rows = run.metrics.get("train", "loss")
    ends = test_error(run).iterations
    if not len(ends):
        return rows
    covered = np.diff(rows.iterations, prepend=0)
    window = np.searchsorted(ends, rows.iterations)  # the first evaluation at or after the row
    inside = window < len(ends)
    totals = np.bincount(window[inside], (rows.values * covered)[inside], len(ends))
    counts = np.bincount(window[inside], covered[inside], len(ends))
    present = counts > 0
    return Series(ends[present], totals[present] / counts[present])


def seconds(run: Run, iterations: np.ndarray) -> np.ndarray:
    """Seconds of training alone after so many iterations, between recorded points by straight lines."""
    rows = run.metrics.get("train", "seconds")
    if not len(rows):
        return np.full(len(iterations), np.nan)
    known_x, known_y = rows.iterations, rows.values
    if known_x[0] > 0:
        known_x, known_y = np.insert(known_x, 0, 0), np.insert(known_y, 0, 0.0)
    return np.interp(iterations, known_x, known_y, right=np.nan)


def probe(metric: str, layer: str) -> Callable[[Run], Series]:
    """A diagnostic of one layer, such as activation_mean of conv3."""
    return lambda run: run.metrics.get("probe", f"{metric}/{layer}")


def mean_curve(runs: Sequence[Run], series_of: Callable[[Run], Series], against_seconds: bool = False) -> Curve:
    """The mean over runs at the iterations that all of them have; x in iterations, or in their mean seconds."""
    runs = [run for run in runs if len(series_of(run))]
    all_series = [series_of(run) for run in runs]
    if not runs:
        return Curve(EMPTY.iterations, EMPTY.iterations, EMPTY.values, None, None, 0)
    shared = reduce(np.intersect1d, [series.iterations for series in all_series])
    values = np.array([series.restricted(shared).values for series in all_series])
    x = np.mean([seconds(run, shared) for run in runs], axis=0) if against_seconds else shared
    bands = [mean_interval(list(column)) for column in values.T]
    if any(band is None for band in bands):
        return Curve(shared, x, values.mean(axis=0), None, None, len(values))
    low, high = (np.array([getattr(band, end) for band in bands]) for end in ("low", "high"))
    return Curve(shared, x, values.mean(axis=0), low, high, len(values))
