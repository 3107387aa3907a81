import numpy as np
import pytest

from elubench_report.activations import parse_activation
from elubench_report.comparison import Comparison
from elubench_report.experiment import Variant
from elubench_report.judging import deciding
from elubench_report.pairing import Paired
from elubench_report.result_table import outcome
from elubench_report.sample_size import MOST_FORESEEN, MoreRuns, more_runs, pairs_for_power, smallest_pairs
from elubench_report.statistics import signed_rank_p


def paired(*differences: float) -> Paired:
    return Paired(tuple(range(len(differences))), differences)


def undecided(differences: Paired, family: int = 1) -> Comparison:
    elu, relu = Variant(parse_activation("elu")), Variant(parse_activation("relu"))
    return Comparison(elu, relu, differences, 1.0, family)


def test_fewest_pairs():
    assert smallest_pairs(1) == 6  # 2 / 2^6 = .031, 2 / 2^5 = .0625
    assert smallest_pairs(3) == 7  # 3 · 2 / 2^7 = .047


def test_power_estimate_by_hand():
    # Mean 1, sd 2: ((1.959964 + .841621) · 2)^2 · pi / 3 = 31.4 · 1.0472 = 32.9
    differences = [1 - 2 * np.sqrt(0.5), 1 + 2 * np.sqrt(0.5)]
    assert pairs_for_power(differences, 1) == 33


def test_power_estimate_by_simulation():
    # So many normal differences of that mean and sd are decided in 80 % of the experiments, within some points.
    draws = np.random.default_rng(5).normal(1, 2, (400, 33))
    assert np.mean([signed_rank_p(list(row)) < 0.05 for row in draws]) == pytest.approx(0.8, abs=0.06)


def test_from_five_pairs_on_the_size_of_the_difference_counts_too():
    assert more_runs(paired(-1.0, -1.01), 1) == MoreRuns(4, least=True)  # six pairs are the least
    assert more_runs(paired(-1.0, 1.2, -0.9, 0.8), 1) == MoreRuns(2, least=True)
    weak = paired(-1.0, 1.2, -0.9, 0.8, -0.7)
    assert more_runs(weak, 1) == MoreRuns(pairs_for_power(weak.differences, 1) - 5, least=False)
    assert more_runs(weak, 1).number > 50


def test_one_pair_tells_only_the_least_number():
    assert more_runs(paired(-1.0), 1) == MoreRuns(5, least=True)


def test_zero_differences_do_not_count_towards_the_least_number():
    assert more_runs(paired(*[0.0] * 6), 1) == MoreRuns(6, least=True)
    assert "no pair differs so far" in deciding(undecided(paired(*[0.0] * 6)))


def test_an_estimate_below_what_is_there_does_not_tell():
    there = paired(-0.5, -1.3, -1.1, 0.8, -0.6, -0.7, -1.0, -1.5)
    assert signed_rank_p(there.differences) > 0.05
    assert pairs_for_power(there.differences, 1) == 8
    assert more_runs(there, 1) is None
    assert "do not tell" in deciding(undecided(there))
    assert outcome(undecided(there)) == "undecided"


def test_words_tell_a_bound_from_an_estimate():
    assert outcome(undecided(paired(-1.0, -1.01))) == "undecided, ≥ 4 more pairs"
    assert deciding(undecided(paired(-1.0, -1.01))).startswith("At least 4 more paired runs: with 2 that differ")
    weak = undecided(paired(-1.0, 0.8, -0.9, 0.2, -1.1, 0.5, -1.4, 0.2))
    assert weak.more_runs.number < MOST_FORESEEN
    assert outcome(weak) == f"undecided, about {weak.more_runs.number} more pairs"
    assert deciding(weak).startswith(f"About {weak.more_runs.number} more paired runs")


def test_an_estimate_beyond_a_hundred_is_no_number():
    tiny = undecided(paired(-1.0, 1.2, -0.9, 0.8, -1.1, 1.0, -0.4, 0.2))
    assert tiny.more_runs.number > MOST_FORESEEN
    assert outcome(tiny) == "undecided, > 100 more pairs"
    assert deciding(tiny).startswith("More than 100 more paired runs")
