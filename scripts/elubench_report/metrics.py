"""Reads metrics.csv: `iteration,epoch,split,metric,value`, one row a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from elubench_report.errors import ReportError

HEADER = "iteration,epoch,split,metric,value"


@dataclass(frozen=True)
class Series:
    """One metric over training: ascending iterations (updates done), and a value at each."""

    iterations: np.ndarray
    values: np.ndarray

    def __len__(self) -> int:
        return len(self.iterations)

    def at(self, iteration: int) -> float | None:
        """The value at exactly this iteration, or None."""
        index = int(np.searchsorted(self.iterations, iteration))
        found = index < len(self) and self.iterations[index] == iteration
        return float(self.values[index]) if found else None

    def restricted(self, iterations: np.ndarray) -> Series:
        """Only the points at these iterations."""
        keep = np.isin(self.iterations, iterations)
        return Series(self.iterations[keep], self.values[keep])


EMPTY = Series(np.array([], dtype=np.int64), np.array([]))


@dataclass(frozen=True)
class Metrics:
    """All series of one run, by (split, metric)."""

    series: dict[tuple[str, str], Series]
    torn: bool = False  # the last line was incomplete, and is not in here

    def get(self, split: str, metric: str) -> Series:
        """The series, empty where it was not recorded."""
        return self.series.get((split, metric), EMPTY)


def read_metrics(path: Path) -> Metrics:
    """Reads one file. A last line without its end is left out; any other bad line is an error that names it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"{path}: cannot be read: {error}") from None
    lines = text.split("\n")
    torn = lines.pop() != ""
    if not lines:
        return Metrics({}, torn)
    if lines[0].rstrip("\r") != HEADER:
        raise ReportError(f"{path}, line 1: the header must be '{HEADER}'")
    return Metrics(_collect(_parse(path, number, line) for number, line in enumerate(lines[1:], start=2)), torn)


def _parse(path: Path, number: int, line: str) -> tuple[int, str, str, float]:
    fields = line.rstrip("\r").split(",")
    if len(fields) != 5:
        raise ReportError(f"{path}, line {number}: {len(fields)} fields where there must be 5 ({HEADER})")
    try:
        float(fields[1])
        return int(fields[0]), fields[2], fields[3], float(fields[4])
    except ValueError:
        raise ReportError(f"{path}, line {number}: iteration, epoch or value is not a number: '{line}'") from None


def _collect(rows: Iterable[tuple[int, str, str, float]]) -> dict[tuple[str, str], Series]:
    # A row written twice (read while a resumed run cuts its file) counts once: the later one.
    values: dict[tuple[str, str], dict[int, float]] = {}
    for iteration, split, metric, value in rows:
        values.setdefault((split, metric), {})[iteration] = value
    return {key: _series(points) for key, points in values.items()}


def _series(points: dict[int, float]) -> Series:
    iterations = sorted(points)
    return Series(np.array(iterations, dtype=np.int64), np.array([points[i] for i in iterations], dtype=float))
