import math

import pytest

from elubench_report import text
from elubench_report.pairing import Paired, pair
from elubench_report.statistics import Interval

INF = math.inf


def test_pairing_is_over_shared_seeds_and_keeps_censored_ones():
    paired = pair({1: 5.0, 2: INF, 3: INF, 5: 4.0, 9: 1.0}, {1: 7.0, 2: 3.0, 3: INF, 4: 0.0, 5: 4.5})
    assert paired.seeds == (1, 2, 3, 5)
    assert paired.differences == (-2.0, INF, 0.0, -0.5)
    assert (paired.censored, paired.neither, paired.nonzero) == (2, 1, 3)
    assert paired.interval is None  # fewer than six
    assert paired.effect == -0.5  # the median of the three whose sign is known
    assert text.effect(paired) == "median −0.50 (2 of 4 censored, 1 on both sides)"


def test_a_pair_that_neither_reached_is_no_measured_zero():
    paired = pair({1: -4.0, 2: -6.0, 3: INF}, {1: 0.0, 2: 0.0, 3: INF})
    assert paired.effect == -5.0  # the median of the other two
    assert paired.interval is None


def test_censored_pairs_have_an_interval_of_the_median():
    """With nine pairs from the second smallest to the second largest: 1 - 2 * (1 + 9) / 2^9 is .96."""
    relu = {seed: INF if seed < 3 else 90.0 for seed in range(9)}
    paired = pair({seed: 10.0 + seed for seed in range(9)}, relu)
    assert paired.censored == 3
    assert paired.interval == Interval(-INF, -73.0)
    assert text.interval(paired.interval, 0) == "[−∞, −73]"


def test_differences_that_are_all_alike_have_no_interval():
    alike = pair({1: 500.0, 2: 1000.0}, {1: 3500.0, 2: 4000.0})
    assert alike.effect == -3000.0
    assert alike.interval is None
    unlike = pair({1: 500.0, 2: 1000.0}, {1: 3500.0, 2: 4500.0}).interval
    assert unlike.high - unlike.low == pytest.approx(2 * 12.7062 * 250, rel=1e-5)  # t(1), half of their distance


def test_a_pair_of_which_nothing_is_known_may_lie_anywhere():
    elu, relu = {seed: 10.0 + seed for seed in range(9)}, dict.fromkeys(range(9), 90.0)
    for seed in (0, 1):
        elu[seed] = relu[seed] = INF
    assert pair(elu, relu).interval == Interval(-INF, INF)  # either may be one of the two at either end


def test_an_infinite_median_says_who_never_reached():
    assert text.effect(pair({1: 5.0}, {1: INF})) == "sooner (1 of 1 censored)"
    assert text.effect(pair({1: INF}, {1: 5.0})) == "later (1 of 1 censored)"


def test_median_between_the_infinities_is_undefined():
    assert Paired((1, 2), (-INF, INF)).effect is None
    assert text.effect(Paired((1, 2), (-INF, INF))) == "undefined (2 of 2 censored)"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([10.0, 20.0], "15 ± 7"),
        ([85000.0] * 7 + [INF] * 3, "median 85,000 (3 of 10 never)"),
        ([10.0, INF, 20.0], "median 20 (1 of 3 never)"),
        ([10.0, INF, INF], "never in 2 of 3"),
        ([INF, INF], "never"),
        ([], "–"),
    ],
)
def test_times_are_of_all_runs(values, expected):
    assert text.times(values) == expected
