"""How many more paired runs an undecided comparison takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from elubench_report.pairing import Paired
from elubench_report.statistics import SIGNIFICANCE

POWER = 0.8
FEWEST_TO_FORESEE = 5  # pairs: the spread of fewer differences is known to a factor of three or worse
MOST_FORESEEN = 100  # beyond that an estimate from few differences is no number to plan by


@dataclass(frozen=True)
class MoreRuns:
    """So many more pairs."""

    number: int
    least: bool  # fewer cannot decide it, whatever they show; else an estimate from the differences seen


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
    return math.ceil((quantiles * spread / mean) ** 2 * math.pi / 3)


def more_runs(paired: Paired, comparisons: int) -> MoreRuns | None:
    """The larger of the arithmetical minimum and the estimate; None where neither asks for more than there are.

    The test leaves zero differences out, so they do not count towards the minimum.
    """
    least = max(0, smallest_pairs(comparisons) - paired.nonzero)
    foreseen = not paired.censored and paired.n >= FEWEST_TO_FORESEE
    powered = pairs_for_power(paired.differences, comparisons) if foreseen else None
    estimate = 0 if powered is None else powered - paired.n
    if estimate > least:
        return MoreRuns(estimate, least=False)
    return MoreRuns(least, least=True) if least else None
