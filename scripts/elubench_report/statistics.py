"""Intervals of mean and median, the exact Wilcoxon signed-rank test and Holm's adjustment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
SIGNIFICANCE = 0.05


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


@dataclass(frozen=True)
class Sample:
    """What is known of several values, such as what a paper prints of its runs."""

    mean: float
    sd: float  # with n - 1
    n: int

    @property
    def variance_of_mean(self) -> float:
        """The square of its standard error."""
        return self.sd**2 / self.n


def difference_interval(values: Sequence[float], other: Sample) -> Interval | None:
    """Of the mean of unpaired values less that of another sample, 95 %, by Welch's t.

    A single value has no spread of its own: then where one more value of the other sample would lie, by its t.
    """
    if not values:
        return None
    difference = float(np.mean(values)) - other.mean
    spread = standard_deviation(values)
    if spread is None:
        degrees, variance = other.n - 1, other.sd**2 + other.variance_of_mean
    else:
        own = Sample(float(np.mean(values)), spread, len(values))
        mine, its = own.variance_of_mean, other.variance_of_mean
        variance = mine + its
        degrees = variance**2 / (mine**2 / (own.n - 1) + its**2 / (other.n - 1))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, degrees)) * math.sqrt(variance)
    return Interval(difference - half, difference + half)


def median_interval(lows: Sequence[float], highs: Sequence[float]) -> Interval | None:
    """The interval of the median, at least 95 % whatever the distribution; None for fewer than six values.

    From the k-th smallest to the k-th largest: the median is below with probability P(Bin(n, 1/2) < k). Values may
    be infinite; one that is known between two bounds only has the lower in `lows`, the upper in `highs`.
    """
    n = len(lows)
    k = int(stats.binom.ppf((1 - CONFIDENCE) / 2, n, 0.5))
    return Interval(sorted(lows)[k - 1], sorted(highs)[n - k]) if k > 0 else None


def standard_deviation(values: Sequence[float]) -> float | None:
    """With n - 1; None for fewer than two values."""
    return float(np.std(values, ddof=1)) if len(values) > 1 else None


def _signed_ranks(differences: Sequence[float]) -> np.ndarray:
    """Twice the ranks of the sizes, with the signs: whole numbers even where ties share a mean rank.

    Zero differences are left out (Wilcoxon 1945); infinite ones rank highest.
    """
    nonzero = np.array([d for d in differences if d != 0])
    return (np.rint(2 * stats.rankdata(np.abs(nonzero))) * np.sign(nonzero)).astype(int)


def rank_direction(differences: Sequence[float]) -> int:
    """The sign of the signed-rank statistic W+ - W-: the direction that a small p speaks for."""
    return int(np.sign(_signed_ranks(differences).sum()))


def signed_rank_p(differences: Sequence[float]) -> float | None:
    """Wilcoxon signed-rank test, exact and two-sided, from the distribution over all 2^n sign patterns.

    The distribution is that of the ranks as they are, ties included. None where no difference is left.
    """
    signed = _signed_ranks(differences)
    if not len(signed):
        return None
    chance = np.zeros(int(np.abs(signed).sum()) + 1)
    chance[0] = 1.0
    for rank in np.abs(signed):
        shifted = np.zeros_like(chance)
        shifted[rank:] = chance[: len(chance) - rank]
        chance = (chance + shifted) / 2
    distance = np.abs(2 * np.arange(len(chance)) - (len(chance) - 1))
    return float(min(1.0, chance[distance >= abs(int(signed.sum()))].sum()))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's step-down adjustment. Where there is no p, it counts as 1: the comparison was made, too."""
    order = sorted(range(len(p_values)), key=lambda i: 1.0 if p_values[i] is None else p_values[i])
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for place, index in enumerate(order):
        p = p_values[index]
        if p is not None:
            largest = max(largest, min(1.0, (len(order) - place) * p))
            adjusted[index] = largest
    return adjusted
