from itertools import product

import numpy as np
import pytest
from scipy import stats

from elubench_report.statistics import (
    Interval,
    Sample,
    difference_interval,
    holm,
    mean_interval,
    median_interval,
    rank_direction,
    signed_rank_p,
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


# The ranks are those of every table of the sign test's 95 % intervals.
@pytest.mark.parametrize(("n", "rank"), [(6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (20, 6), (25, 8)])
def test_interval_of_the_median_is_from_the_ranks_of_the_sign_test(n, rank):
    values = list(range(1, n + 1))
    assert median_interval(values, values) == Interval(rank, n + 1 - rank)


def test_interval_of_the_median_takes_six_values():
    assert median_interval([1.0] * 5, [1.0] * 5) is None


def test_difference_to_another_sample_is_welchs():
    ours, theirs = [28.1, 28.9, 28.4], [29.3, 29.9, 29.5, 30.1, 29.2]
    expected = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
    found = difference_interval(ours, Sample(np.mean(theirs), np.std(theirs, ddof=1), len(theirs)))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_one_value_is_compared_with_where_one_more_would_lie():
    # t(9) at 0.975 is 2.2621572 in every table; one more value and the mean of ten vary by 1 + 1/10.
    half = 2.2621571628 * 0.24 * 1.1**0.5
    found = difference_interval([29.45], Sample(28.75, 0.24, 10))
    assert (found.low, found.high) == pytest.approx((0.7 - half, 0.7 + half))
    assert difference_interval([], Sample(28.75, 0.24, 10)) is None


def test_direction_is_that_of_the_ranks_not_of_the_mean():
    differences = [-0.1 * k for k in range(1, 12)] + [70.0]  # ranks 1 to 11 down, rank 12 up
    assert rank_direction(differences) == -1
    assert np.mean(differences) > 0
    # scipy gives min(W+, W-) and no sign; W+ is the 12 of the one that is up.
    assert stats.wilcoxon(differences).statistic == 12
    assert rank_direction([1.0, -1.0]) == rank_direction([0.0]) == 0


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.9]) == [1.0, 1.0]


def test_holm_counts_a_comparison_without_p_as_one():
    # Four comparisons: 4 · .01, 3 · .03, and .04 no less than that.
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.04, None, 0.09, 0.09])
    assert holm([0.01, 1.0])[0] == holm([0.01, None])[0] == 0.02
