"""Two variants' values, paired over the seeds that both have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from elubench_report.statistics import Interval, mean_interval, median_interval, rank_direction, signed_rank_p


@dataclass(frozen=True)
class Paired:
    """Differences subject minus reference, one a seed. Infinite: one of the two never reached the level."""

    seeds: tuple[int, ...]
    differences: tuple[float, ...]
    neither: int = 0  # pairs in which neither reached it: their difference is not known, and stands here as 0

    @property
    def n(self) -> int:
        return len(self.differences)

    @property
    def nonzero(self) -> int:
        """Pairs that the signed-rank test counts."""
        return sum(d != 0 for d in self.differences)

    @property
    def censored(self) -> int:
        """Pairs in which one or both never reached the level."""
        return self.neither + sum(not math.isfinite(d) for d in self.differences)

    @cached_property
    def effect(self) -> float | None:
        """The mean difference; the median of those known where some are censored. None where it is undefined."""
        if not self._known:
            return None
        with np.errstate(invalid="ignore"):  # a median halfway between the two infinities
            value = float(np.median(self._known) if self.censored else np.mean(self.differences))
        return None if math.isnan(value) else value

    @property
    def _known(self) -> tuple[float, ...]:
        """Without the zeros that stand for pairs of which neither run reached the level."""
        return tuple(sorted(self.differences, key=lambda difference: difference != 0)[self.neither :])

    @cached_property
    def interval(self) -> Interval | None:
        """Of the mean difference; where some are censored of the median, in which never is infinite.

        A pair of which neither run reached the level may lie anywhere. None where all differences are equal, as
        those of shares and of a grid of evaluations may be: they do not show then how they scatter.
        """
        if not self.censored:
            return mean_interval(self.differences) if len(set(self.differences)) > 1 else None
        lows, highs = (self._known + self.neither * (bound,) for bound in (-math.inf, math.inf))
        return median_interval(lows, highs)

    @cached_property
    def p(self) -> float | None:
        """Exact two-sided signed-rank p; None with one pair, of which nothing can be said."""
        return signed_rank_p(self.differences) if self.n > 1 else None

    @cached_property
    def direction(self) -> int:
        """The sign that p speaks for: that of the signed ranks, not of the mean."""
        return rank_direction(self.differences)


def pair(subject: Mapping[int, float], reference: Mapping[int, float]) -> Paired:
    """Pairs two variants' values. Neither reached the level: a difference of 0, counted in `neither`."""
    seeds = sorted(subject.keys() & reference.keys())
    both_never = [math.isinf(subject[s]) and math.isinf(reference[s]) for s in seeds]
    differences = [0.0 if never else subject[s] - reference[s] for s, never in zip(seeds, both_never, strict=True)]
    return Paired(tuple(seeds), tuple(differences), sum(both_never))
