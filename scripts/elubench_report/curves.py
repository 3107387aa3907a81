"""Curves over training: one run's, and the mean and band over the runs of a variant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from elubench_report.experiment import Run
from elubench_report.metrics import EMPTY, Series
from elubench_report.statistics import mean_interval

RUNS_WITH_RANGE = 2  # t(1) is 12.7: the interval of two runs hides their curves


@dataclass(frozen=True)
class Curve:
    """Mean over n runs at each iteration; the band is the 95 % t interval, of two runs their range."""

    iterations: np.ndarray
    x: np.ndarray  # what it is drawn against: the iterations, or the mean seconds that they took
    mean: np.ndarray
    low: np.ndarray | None  # of one run
    high: np.ndarray | None
    n: int

    def __len__(self) -> int:
        return len(self.x)


def test_error(run: Run) -> Series:
    """Test error in per cent at each evaluation."""
    return run.metrics.get("test", "error")


def training_loss(run: Run) -> Series:
    """Training loss in nats, averaged between successive evaluations of the test set.

    A row of metrics.csv is a mean over the iterations since the row before, so rows count by how many they cover.
    """
    return _window_means(run)[0]


def loss_window(runs: Sequence[Run]) -> int | None:
    """Iterations that each training loss is a mean of; None where they differ, so that no one number says it."""
    windows = {int(count) for run in runs for count in _window_means(run)[1]}
    return windows.pop() if len(windows) == 1 else None


def _window_means(run: Run) -> tuple[Series, np.ndarray]:
    """The training losses, and of how many iterations each is the mean."""
    rows = run.metrics.get("train", "loss")
    covered = np.diff(rows.iterations, prepend=0)
    ends = test_error(run).iterations
    if not len(ends):
        return rows, covered
    window = np.searchsorted(ends, rows.iterations)  # the first evaluation at or after the row
    inside = window < len(ends)
    totals = np.bincount(window[inside], (rows.values * covered)[inside], len(ends))
    counts = np.bincount(window[inside], covered[inside], len(ends))
    present = counts > 0
    return Series(ends[present], totals[present] / counts[present]), counts[present]


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
    return Curve(shared, x, values.mean(axis=0), *_band(values), len(values))


def _band(values: np.ndarray) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Lower and upper end at each point, of one row a run."""
    if len(values) == RUNS_WITH_RANGE:
        return values.min(axis=0), values.max(axis=0)
    bands = [mean_interval(list(column)) for column in values.T]
    if any(band is None for band in bands):
        return None, None
    return np.array([band.low for band in bands]), np.array([band.high for band in bands])
