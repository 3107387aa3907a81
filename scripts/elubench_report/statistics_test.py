from itertools import product

import numpy as np
import pytest
from scipy import stats

from elubench_report.statistics import (
    Paired,
    holm,
    mean_interval,
    pair,
    pairs_for_power,
    signed_rank_p,
    smallest_pairs,
)


def enumerated_p(differences: list[float]) -> float:
    """Over all sign flips: the share whose rank sum is at least as far from its mean as the one seen."""
    nonzero = [d for d in differences if d]
    ranks = [
        sum(abs(e) < abs(d) for e in nonzero) + (sum(abs(e) == abs(d) for e in nonzero) + 1) / 2 for d in nonzero
    ]
    middle = sum(ranks) / 2
    seen = abs(sum(r for r, d in zip(ranks, nonzero, strict=True) if d > 0) - middle)
    sums = [
        sum(r for r, up in zip(ranks, signs, strict=True) if up) for signs in product((0, 1), repeat=len(ranks))
    ]
    return sum(abs(s - middle) >= seen - 1e-12 for s in sums) / len(sums)


@pytest.mark.parametrize(
    "differences",
    [
        [1.0],
        [-1.0, -2.0, -3.0, -4.0, -5.0],
        [1, -2, 3, -4, 5, 6, 7.5],
        [1, 1, -1, 2, 2, -2, 3],
        [0, 0, 1, -2, 4, 5],
        [float("inf"), float("-inf"), 1, 2, 3, 4],
        list(np.random.default_rng(1).normal(0.5, 1, 10)),
    ],
)
def test_signed_rank_equals_enumeration(differences):
    assert signed_rank_p(differences) == pytest.approx(enumerated_p(differences), abs=1e-12)


def test_signed_rank_of_ten_equal_signs_is_the_paper_bound():
    assert signed_rank_p([-0.1 * k for k in range(1, 11)]) == pytest.approx(2 / 2**10)
    assert signed_rank_p([0.0, 0.0]) is None


def test_signed_rank_equals_scipy_without_ties():
    differences = np.random.default_rng(2).normal(0.3, 1, 15)
    assert signed_rank_p(list(differences)) == pytest.approx(stats.wilcoxon(differences, method="exact").pvalue)


def test_interval_in_closed_form():
    # Mean 3, sd sqrt(2.5); t(4) at 0.975 is 2.7764451 in every table.
    interval = mean_interval([1, 2, 3, 4, 5])
    half = 2.7764451051977987 * (2.5 / 5) ** 0.5
    assert (interval.low, interval.high) == pytest.approx((3 - half, 3 + half))
    assert mean_interval([1.0]) is None


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, None]) == pytest.approx([0.03, 0.06, 0.06, None])
    assert holm([0.6, 0.9]) == [1.0, 1.0]


def test_fewest_pairs():
    assert smallest_pairs(1) == 6  # 2 / 2^6 = .031, 2 / 2^5 = .0625
    assert smallest_pairs(3) == 7  # 3 · 2 / 2^7 = .047


def test_more_runs_says_what_is_missing():
    assert Paired((1, 2), (-1.0, -2.0)).more_runs(1) == 4
    weak = [-1.0, 1.2, -0.9, 0.8, -1.1, 1.0, -0.4, 0.2]
    assert pairs_for_power(weak, 1) > 100
    assert Paired(tuple(range(8)), tuple(weak)).more_runs(1) == pairs_for_power(weak, 1) - 8


def test_pairing_is_over_shared_seeds_and_keeps_censored_ones():
    inf = float("inf")
    paired = pair({1: 5.0, 2: inf, 3: inf, 9: 1.0}, {1: 7.0, 2: 3.0, 3: inf, 4: 0.0})
    assert paired.seeds == (1, 2, 3)
    assert paired.differences == (-2.0, inf, 0.0)
    assert paired.censored == 1
    assert paired.interval is None
    assert paired.effect == 0.0  # the median
