"""Paired comparisons: t interval, exact Wilcoxon signed-rank test, Holm's adjustment, and how many runs decide."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
SIGNIFICANCE = 0.05
POWER = 0.8


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def mean_interval(values: Sequence[float]) -> Interval | None:
    """The t interval of the mean, 95 %: mean +- t(n - 1) sd / sqrt(n). None for fewer than two values."""
    n = len(values)
    if n < 2 or not all(map(math.isfinite, values)):
        return None
    half = stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * np.std(values, ddof=1) / math.sqrt(n)
    return Interval(float(np.mean(values) - half), float(np.mean(values) + half))


def standard_deviation(values: Sequence[float]) -> float | None:
    """With n - 1; None for fewer than two values."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def signed_rank_p(differences: Sequence[float]) -> float | None:
    """Wilcoxon signed-rank test, exact and two-sided, from the distribution over all 2^n sign patterns.

    Zero differences are left out (Wilcoxon 1945); ties share their mean rank, and the distribution is that of the
    ranks as they are. Infinite differences rank highest. None where no difference is left.
    """
    nonzero = [d for d in differences if d != 0]
    if not nonzero:
        return None
    # Twice the ranks: whole numbers even where ties share a rank.
    doubled = np.rint(2 * stats.rankdata(np.abs(nonzero))).astype(int)
    chance = np.zeros(int(doubled.sum()) + 1)
    chance[0] = 1.0
    for rank in doubled:
        shifted = np.zeros_like(chance)
        shifted[rank:] = chance[: len(chance) - rank]
        chance = (chance + shifted) / 2
    positive = int(doubled[np.array(nonzero) > 0].sum())
    distance = np.abs(2 * np.arange(len(chance)) - doubled.sum())
    return float(min(1.0, chance[distance >= abs(2 * positive - doubled.sum())].sum()))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjustment over the p values that there are."""
    order = sorted((i for i, p in enumerate(p_values) if p is not None), key=lambda i: p_values[i])
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for place, index in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - place) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def smallest_pairs(comparisons: int) -> int:
    """Fewest pairs whose smallest exact two-sided p, 2 / 2^n, times the number of comparisons is below .05."""
    pairs = 1
    while max(1, comparisons) * 2.0 ** (1 - pairs) >= SIGNIFICANCE:
        pairs += 1
    return pairs


def pairs_for_power(differences: Sequence[float], comparisons: int) -> int | None:
    """Pairs that show a difference of the size seen here, with 80 % power, at .05 / comparisons. None where n/a.

    Normal approximation of the paired t test over the signed-rank test's asymptotic relative efficiency 3 / pi.
    """
    if len(differences) < 2 or not all(map(math.isfinite, differences)):
        return None
    spread, mean = float(np.std(differences, ddof=1)), float(np.mean(differences))
    if spread == 0 or mean == 0:
        return None
    quantiles = stats.norm.ppf(1 - SIGNIFICANCE / (2 * max(1, comparisons))) + stats.norm.ppf(POWER)
    pairs = math.ceil((quantiles * spread / mean) ** 2 * math.pi / 3)
    return max(pairs, smallest_pairs(comparisons))


@dataclass(frozen=True)
class Paired:
    """Differences subject minus reference, one a seed. Infinite: one of the two never reached the level."""

    seeds: tuple[int, ...]
    differences: tuple[float, ...]

    @property
    def n(self) -> int:
        return len(self.differences)

    @property
    def censored(self) -> int:
        return sum(not math.isfinite(d) for d in self.differences)

    @property
    def effect(self) -> float | None:
        """The mean difference; the median where some are censored."""
        if not self.n:
            return None
        return float(np.median(self.differences) if self.censored else np.mean(self.differences))

    @cached_property
    def interval(self) -> Interval | None:
        return mean_interval(self.differences)

    @cached_property
    def p(self) -> float | None:
        """Exact two-sided signed-rank p; None with one pair, of which nothing can be said."""
        return signed_rank_p(self.differences) if self.n > 1 else None

    def more_runs(self, comparisons: int) -> int | None:
        """At least so many more pairs before this can be decided; None where nothing tells."""
        needed = smallest_pairs(comparisons)
        if self.n < needed:
            return needed - self.n
        powered = pairs_for_power(self.differences, comparisons)
        return None if powered is None else max(1, powered - self.n)


def pair(subject: dict[int, float], reference: dict[int, float]) -> Paired:
    """Pairs two variants' values over the seeds that both have. Neither reached the level: a difference of 0."""
    seeds = sorted(subject.keys() & reference.keys())
    both_never = [math.isinf(subject[s]) and math.isinf(reference[s]) for s in seeds]
    differences = [0.0 if never else subject[s] - reference[s] for s, never in zip(seeds, both_never, strict=True)]
    return Paired(tuple(seeds), tuple(differences))
