import math

import pytest

from elubench_report.activations import parse_activation
from elubench_report.claim import Verdict
from elubench_report.comparison import Doubt, compare, compare_pairs
from elubench_report.experiment import Variant
from elubench_report.judging import deciding, verdict_of
from elubench_report.made_up_curves import made_up_experiment, made_up_run
from elubench_report.pairing import Paired, pair
from elubench_report.result_table import headline, outcome, result_table
from elubench_report.results import compare_errors, results

ELU, RELU = Variant(parse_activation("elu")), Variant(parse_activation("relu"))
RELU_ERRORS = {seed: 31.0 + 0.1 * seed for seed in range(12)}


def compared(elu: dict[int, float], relu: dict[int, float] = RELU_ERRORS):
    [comparison] = compare({RELU: relu, ELU: elu}, RELU.activation)
    return comparison


def test_one_broken_run_does_not_reverse_the_verdict():
    elu = {seed: error - 0.3 - 0.01 * seed for seed, error in RELU_ERRORS.items()} | {5: 99.0}
    comparison = compared(elu)
    assert comparison.p_adjusted < 0.05
    assert comparison.paired.effect > 0  # the mean says higher, eleven of twelve pairs say lower
    assert comparison.doubt is Doubt.MEAN
    assert verdict_of(comparison, -1) is verdict_of(comparison, +1) is Verdict.UNDECIDED
    assert outcome(comparison) == "undecided: mean disagrees"
    assert "Look at the single pairs" in deciding(comparison)


def test_an_interval_over_zero_is_said_beside_what_the_ranks_decide():
    elu = {seed: error - 0.3 - 0.01 * seed for seed, error in RELU_ERRORS.items()} | {5: RELU_ERRORS[5] - 20}
    elu[0] = RELU_ERRORS[0] + 0.1
    comparison = compared(elu)
    assert comparison.p_adjusted < 0.05
    assert comparison.paired.interval.low < 0 < comparison.paired.interval.high
    assert comparison.interval_covers_zero
    assert verdict_of(comparison, -1) is Verdict.SUPPORTED
    assert outcome(comparison) == "lower, though the interval covers 0"


def test_agreeing_ranks_mean_and_interval_decide():
    lower = compared({seed: error - 0.3 - 0.01 * seed for seed, error in RELU_ERRORS.items()})
    assert (lower.direction, lower.doubt, outcome(lower)) == (-1, None, "lower")
    higher = compared({seed: error + 0.3 + 0.01 * seed for seed, error in RELU_ERRORS.items()})
    assert (higher.direction, outcome(higher)) == (1, "higher")


def test_pairs_that_neither_reached_do_not_undo_what_the_others_decide():
    # Seven pairs that neither reached, six that only the subject did.
    never = dict.fromkeys(range(13), math.inf)
    paired = pair(never | dict.fromkeys(range(6), 100.0), never)
    [comparison] = compare_pairs([(ELU, RELU, paired)])
    assert comparison.p_adjusted == pytest.approx(2 / 2**6)
    assert (comparison.doubt, comparison.direction) == (None, -1)


def test_survivors_do_not_decide(make):
    """Seven of fourteen ELU runs diverged: what the others show is no better generalisation."""

    def diverge(folder):
        for seed in range(1, 8):
            (folder / f"runs/elu/seed-{seed}/status").write_text("diverged at iteration 321\n")

    experiment = make(diverge, seeds=range(1, 15))
    [comparison] = compare_errors(experiment, RELU.activation)
    assert comparison.paired.n == 7
    assert comparison.p_adjusted == pytest.approx(2 / 2**7)
    assert comparison.diverged == (7, 0)
    assert comparison.doubt is Doubt.DIVERGED
    rows = results(experiment)
    assert result_table(experiment, rows).rows[1][-1] == "undecided: more runs diverged"
    assert "No difference to the baseline is decided." in headline(experiment, rows)


def test_divergence_of_the_worse_side_does_not_matter(make):
    def diverge(folder):
        (folder / "runs/relu/seed-1/status").write_text("diverged at iteration 321\n")

    [comparison] = compare_errors(make(diverge, seeds=range(1, 9)), RELU.activation)
    assert comparison.diverged == (0, 1)
    assert comparison.direction == -1


def test_batch_normalised_variants_are_paired_with_the_baseline_that_has_it_too():
    bn = {Variant(v.activation, True): {1: error} for v, error in ((RELU, 10.0), (ELU, 7.0))}
    made = compare({RELU: {1: 31.0}, ELU: {1: 30.0}, **bn}, RELU.activation)
    assert [(c.reference.batch_norm, c.paired.differences) for c in made] == [(False, (-1.0,)), (True, (-3.0,))]


def test_a_comparison_without_p_is_part_of_the_family():
    six = Paired(tuple(range(6)), tuple(-1.0 - k for k in range(6)))
    made = compare_pairs([(ELU, RELU, six), (RELU, ELU, Paired((1,), (0.0,)))])
    assert [c.family for c in made] == [2, 2]
    assert made[0].p_adjusted == pytest.approx(2 * 2 / 2**6)
    assert made[1].p_adjusted is None


def test_headline_counts_what_is_decided_and_what_is_not(make):
    shifts = {"elu": -5, "selu": -4, "gelu": -3, "silu": -2, "mish": 2}

    def errors_of(name, seed):
        wobble = (-1) ** seed * 0.1 if name == "brand_new" else 0.001 * seed * len(name)
        return [50, 30 + wobble + shifts.get(name, 0)]

    def said_of(*names):
        experiment = made_up_experiment(
            [made_up_run(name, seed, errors_of(name, seed)) for name in ("relu", *names) for seed in range(10)]
        )
        return headline(experiment, results(experiment))

    assert said_of(*shifts, "brand_new").endswith("Against ReLU: 4 lower, 1 higher and 1 undecided.")
    assert said_of(*shifts).endswith("Against ReLU: 4 lower and 1 higher.")
