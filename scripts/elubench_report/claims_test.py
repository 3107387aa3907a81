from dataclasses import replace
from statistics import mean, median, stdev

import numpy as np
import pytest

from elubench_report.activations import FUNCTIONS, Activation
from elubench_report.claim import Verdict
from elubench_report.claims import judge
from elubench_report.function_claims import one_sided_derivatives
from elubench_report.made_up_curves import made_up_experiment, made_up_run
from elubench_report.metrics import Metrics, Series


def verdicts(experiment):
    return {claim.number: claim.verdict for claim in judge(experiment)}


def test_all_claims_in_order(several_seeds):
    claims = judge(several_seeds.experiment)
    assert [claim.number for claim in claims] == list(range(1, 14))


def test_seven_seeds_decide_what_was_made_up(several_seeds):
    found = verdicts(several_seeds.experiment)
    for number in (1, 2, 3, 6, 7, 8, 9, 10):
        assert found[number] == Verdict.SUPPORTED, number
    assert found[11] == Verdict.NOT_MEASURED


def test_too_few_seeds_decide_nothing_and_say_how_many(make):
    claims = judge(make(seeds=(1, 2)))
    assert {c.verdict for c in claims if c.number in (1, 2, 3, 6, 8, 9)} == {Verdict.UNDECIDED}
    assert claims[2].deciding.startswith(
        "At least 4 more paired runs: with 2 that differ the smallest exact two-sided p is 0.50"
    )


def test_opposite_sign_contradicts(make):
    def swap(folder):
        for seed in range(1, 8):
            elu, relu = (folder / "runs" / name / f"seed-{seed}" / "metrics.csv" for name in ("elu", "relu"))
            was = elu.read_text()
            elu.write_text(relu.read_text())
            relu.write_text(was)

    found = verdicts(make(swap, seeds=range(1, 8)))
    assert {found[number] for number in (2, 3, 6, 8, 9)} == {Verdict.CONTRADICTED}


def diverge(folder, name, seeds):
    for seed in seeds:
        (folder / f"runs/{name}/seed-{seed}/status").write_text("diverged at iteration 321\n")


def claim(experiment, number):
    return judge(experiment)[number - 1]


def test_one_diverged_run_leaves_claim_7_open(make):
    found = claim(make(lambda folder: diverge(folder, "elu", [2]), seeds=range(1, 9)), 7)
    assert found.verdict == Verdict.UNDECIDED
    assert "Diverged: 0 of 8 ReLU runs and 1 of 8 ELU runs." in found.evidence
    assert "More runs diverged" in found.deciding


def test_as_many_diverged_runs_as_with_relu_leave_claim_7_to_the_gradient(make):
    def both(folder):
        diverge(folder, "elu", [2])
        diverge(folder, "relu", [2])

    assert claim(make(both, seeds=range(1, 9)), 7).verdict == Verdict.SUPPORTED


def test_decidedly_more_diverged_runs_contradict_claim_7(make):
    found = claim(make(lambda folder: diverge(folder, "elu", range(1, 8)), seeds=range(1, 15)), 7)
    assert found.verdict == Verdict.CONTRADICTED
    # Seven pairs of fourteen differ, all one way: 2 / 2^7 = .0156.
    assert (found.effect, found.pairs, found.p) == ("+0.50 diverged a run", "14", "0.016")


def probed(name, seed, rows):
    """A run whose probe has these rows, one value an evaluation."""
    run = made_up_run(name, seed, [50, 40, 30, 30, 30])
    iterations = run.metrics.get("test", "error").iterations
    series = {("probe", metric): Series(iterations, np.array(values)) for metric, values in rows.items()}
    return replace(run, metrics=Metrics({**run.metrics.series, **series}))


STEADY, BACK, EXPLODING = [1.0, 1.0, 1.01, 1.0, 1.0], [1e-4, 1.0, 1.0, 1.0, 1.0], [1.0, 1e3, 1e3, 1e3, 1e3]


@pytest.mark.parametrize(
    ("relu", "elu", "verdict", "rise"),
    [
        (EXPLODING, STEADY, Verdict.SUPPORTED, "−3.00"),
        (STEADY, EXPLODING, Verdict.CONTRADICTED, "+3.00"),
        (STEADY, [1.0, 0.01, 0.01, 0.01, 0.01], Verdict.SUPPORTED, "0.00"),  # it only falls
        (BACK, EXPLODING, Verdict.UNDECIDED, "−1.00"),  # a rise of 3 to a thousand, beside one of 4 to 1
        ([1.0, 1e3, 1e3, 1e3, 1e3], BACK, Verdict.UNDECIDED, "+1.00"),
    ],
)
def test_a_gradient_explodes_that_rises_far_and_high(relu, elu, verdict, rise):
    runs = [
        probed(name, seed, {"gradient_norm/conv1": first, "gradient_norm/conv11": [1.0] * 5})
        for seed in range(7)
        for name, first in (("relu", relu), ("elu", elu))
    ]
    found = claim(made_up_experiment(runs), 7)
    assert (found.verdict, found.effect) == (verdict, f"{rise} powers of ten of the largest rise")


def test_evaluations_without_any_gradient_are_counted():
    firsts = {"relu": [0.1, 0.0, 0.0, 0.0, 0.0], "elu": [1.0] * 5}
    runs = [
        probed(name, seed, {"gradient_norm/conv1": first, "gradient_norm/conv11": [1.0] * 5})
        for seed in range(3)
        for name, first in firsts.items()
    ]
    for number in (6, 7):
        evidence = claim(made_up_experiment(runs), number).evidence
        told = [sentence for sentence in evidence if sentence.startswith("Left out")]
        assert told
        assert "not finite, 12 of ReLU: there it had vanished" in told[0]


@pytest.mark.parametrize(
    ("deviation", "verdict"),
    # ELU's means are half of ReLU's; with these deviations its relative ones are smaller, or larger.
    [(1.0, Verdict.SUPPORTED), (0.1, Verdict.UNDECIDED)],
)
def test_claim_2_holds_at_either_scale_or_not_at_all(deviation, verdict):
    runs = [
        probed(name, seed, {"activation_mean/conv1": [mean_of] * 5, "activation_std/conv1": [sd] * 5})
        for seed in range(7)
        for name, mean_of, sd in (("relu", 0.2 + 0.01 * seed, 1.0), ("elu", 0.1, deviation))
    ]
    found = claim(made_up_experiment(runs), 2)
    assert found.verdict == verdict
    assert ("depends on the scale" in found.deciding) == (verdict is Verdict.UNDECIDED)


def test_other_activations_cost_the_claims_about_elu_and_relu_nothing(make):
    few = judge(make(activations=["relu", "elu(alpha=1)"], seeds=range(1, 7)))
    many = judge(make(activations=["relu", "elu(alpha=1)", "selu", "tanh", "gelu", "mish"], seeds=range(1, 7)))
    for number in (2, 6, 7, 8, 9, 10):
        assert many[number - 1].p == few[number - 1].p, number
    assert (few[2].p, many[2].p) == ("0.031", "0.16")  # generalisation: over the activations compared


def test_survivors_support_nothing(make):
    """Seven of fourteen ELU runs diverged, and the others are better: no support for claims 1, 3 and 10."""
    experiment = make(lambda folder: diverge(folder, "elu", range(1, 8)), seeds=range(1, 15))
    claims = judge(experiment)
    for number in (1, 3, 10):
        assert claims[number - 1].verdict == Verdict.UNDECIDED, number
        assert any(sentence.startswith("In 7 pairs a run diverged: ") for sentence in claims[number - 1].evidence)
    assert claims[2].pairs == "7"
    assert (claims[0].pairs, claims[9].pairs) == ("14", "14")
    assert "More runs diverged on the side that looks better" in claims[2].deciding
    for number in (2, 6, 8):  # of layers; claim 6 is better where it is higher
        assert claims[number - 1].verdict == Verdict.UNDECIDED, number
        assert any(
            s == "In 7 pairs a run diverged: it is in no mean, so the pair is missing."
            for s in claims[number - 1].evidence
        )
        assert "More runs diverged on the side that looks better" in claims[number - 1].deciding, number


def made_up(steps, seeds=10, losses=((3.5, 2.5, 1.9), (1.9, 1.8, 1.7))):
    """ReLU is at its final error at the third evaluation, ELU at the first; a step takes `steps` seconds."""
    curves = {"relu": ([50, 40, 31], losses[0], steps[0]), "elu": ([31, 30, 29], losses[1], steps[1])}
    return made_up_experiment(
        [
            made_up_run(name, seed, errors, loss, seconds_a_step=step + 0.001 * seed)
            for name, (errors, loss, step) in curves.items()
            for seed in range(seeds)
        ]
    )


def test_claim_1_takes_iterations_and_seconds_to_errors_and_losses():
    found = claim(made_up((1.0, 1.0)), 1)
    assert found.verdict == Verdict.SUPPORTED
    assert found.effect == "−20 iterations until ReLU’s final test error"
    # Losses 4 (at once by both, but it counts), 3 and 2, and the final error: 4 · 2 / 2^10.
    assert (found.pairs, found.p) == ("10", "0.0078")


def test_claim_1_is_contradicted_by_the_opposite():
    experiment = made_up((1.0, 1.0))
    relu, elu = experiment.variants
    exchanged = [replace(run, variant=elu if run.variant == relu else relu) for run in experiment.runs]
    assert claim(replace(experiment, runs=exchanged), 1).verdict == Verdict.CONTRADICTED


@pytest.mark.parametrize(
    "losses",
    [
        ((1.9, 1.8, 1.7), (3.5, 2.5, 1.9)),  # later at every loss
        ((3.5, 1.9, 1.8), (2.9, 2.5, 1.8)),  # earlier at loss 3, later at loss 2
    ],
)
def test_claim_1_is_open_where_levels_disagree(losses):
    found = claim(made_up((1.0, 1.0), losses=losses), 1)  # earlier at the final error
    assert found.verdict == Verdict.UNDECIDED
    assert "reached earlier and some later" in found.deciding


def test_fewer_but_slower_steps_decide_neither_claim_1_nor_support_claim_10():
    # ELU needs 10 iterations instead of 30, but each takes five times as long.
    experiment = made_up((1.0, 5.0))
    assert claim(experiment, 1).verdict == Verdict.UNDECIDED
    assert claim(experiment, 10).verdict == Verdict.CONTRADICTED
    assert claim(made_up((1.0, 2.0)), 10).verdict == Verdict.SUPPORTED


def test_fixed_losses_alone_do_not_decide_claim_1():
    experiment = made_up((1.0, 1.0), losses=((1.9, 1.8, 1.7), (1.9, 1.8, 1.7)))
    assert claim(experiment, 1).verdict == Verdict.UNDECIDED


def test_speed_is_in_plain_per_cent(make):
    experiment = make(seeds=range(1, 9))
    rates = {}
    for run in experiment.runs:
        name = run.variant.activation.name
        rates.setdefault(name, []).append(median(run.metrics.get("train", "images_per_second").values))
    per_cent = mean(100 * (e / r - 1) for e, r in zip(rates["elu"], rates["relu"], strict=True))
    assert claim(experiment, 9).effect == f"{per_cent:+.2f} % images a second".replace("-", "−")


def test_dead_share_is_that_of_the_last_evaluation(make):
    experiment = make(activations=["relu", "elu(alpha=1)"])
    shares = []
    for run in experiment.runs[:3]:
        last = [s.values[-1] for (_, name), s in run.metrics.series.items() if name.startswith("dead_fraction/")]
        shares.append(100 * mean(last))
    assert f"ReLU {mean(shares):.2f} ± {stdev(shares):.2f}" in claim(experiment, 8).evidence[0]


def test_what_was_not_measured_is_said_plainly(several_seeds):
    text = " ".join(sentence for c in judge(several_seeds.experiment) for sentence in [*c.evidence, c.deciding])
    assert "elubench bench with this experiment does it" in text
    assert "is not measured by these runs" in text


def test_derivatives_at_zero_are_alpha_and_one():
    for alpha in (0.5, 1.0, 2.0):
        assert one_sided_derivatives(Activation("elu", (("alpha", alpha),))) == pytest.approx(
            (alpha, 1.0), abs=1e-5
        )


def test_differentiable_only_for_alpha_one(several_seeds):
    claim = judge(several_seeds.experiment)[4]
    assert claim.qualifier == "for α = 1 only; contradicted for every other α"


def test_without_elu_nothing_is_measured(make):
    found = verdicts(make(activations=["relu", "selu"]))
    assert {found[n] for n in (1, 2, 3, 6, 7, 8, 9, 10, 12)} == {Verdict.NOT_MEASURED}


def test_best_alpha_comes_from_held_out_images_only(make):
    sweep = ["relu", "elu(alpha=0.5)", "elu(alpha=1)", "elu(alpha=2)"]
    assert any("No best alpha is named" in sentence for sentence in judge(make(activations=sweep))[11].evidence)
    with_validation = make(activations=sweep, validation=True)
    means = {}
    for variant in with_validation.variants[1:]:
        errors = [run.metrics.get("validation", "error").values[-1] for run in with_validation.of(variant)]
        means[with_validation.label(variant)] = sum(errors) / len(errors)
    best = min(means, key=means.get)
    told = judge(with_validation)[11].evidence
    assert any(f"Best on held-out training images: {best}" in s for s in told)
    second = sorted(means, key=means.get)[1]
    lead = f"Next is {second}, +{means[second] - means[best]:.2f} points, interval ["
    assert any(lead in s for s in told)


def test_an_alpha_of_which_a_run_diverged_is_not_the_best(make):
    sweep = ["relu", "elu(alpha=0.5)", "elu(alpha=1)", "elu(alpha=2)"]

    def best(experiment):
        return next(s for s in judge(experiment)[11].evidence if s.startswith("Best on held-out"))

    first = best(make(activations=sweep, validation=True))
    winner = first.removeprefix("Best on held-out training images: ").split(",")[0]
    folder = next(name for name in sweep if name.removeprefix("elu(alpha=").rstrip(")") in winner)
    found = best(make(lambda f: diverge(f, folder, [2]), activations=sweep, validation=True))
    assert f": {winner}," not in found
    assert found.endswith(f"Left out, for a run diverged: {winner}.")


def test_no_alpha_is_the_best_while_runs_are_missing(make):
    def stop(folder):
        (folder / "runs/elu/seed-2/status").write_text("running\n")

    evidence = judge(make(stop, activations=["elu(alpha=0.5)", "elu(alpha=1)"], validation=True))[11].evidence
    assert "No best alpha is named: runs are missing of ELU (α = 1) (2 of 3)." in evidence


def test_without_a_final_error_of_relu_claims_1_and_10_are_not_measured(make):
    experiment = make(lambda folder: diverge(folder, "relu", range(1, 9)), seeds=range(1, 9))
    assert {claim(experiment, number).verdict for number in (1, 3, 10)} == {Verdict.NOT_MEASURED}


def test_every_other_function_is_compared(make):
    found = claim(whole_table({}), 13)
    assert (found.verdict, found.deciding) == (Verdict.SUPPORTED, "")
    assert found.pairs == "12"


def test_a_part_of_the_table_is_evidence_and_no_verdict(make):
    found = judge(make(activations=["relu", "elu(alpha=1)", "selu", "tanh"], seeds=range(1, 9)))[12]
    assert found.verdict == Verdict.NOT_MEASURED
    assert found.evidence[0] == f"4 of {len(FUNCTIONS)} functions of the table are compared here."
    assert any(sentence.startswith("tanh against ELU: ") for sentence in found.evidence)


def test_functions_without_a_finished_pair_leave_claim_13_open():
    whole = whole_table({})
    runs = [
        r if r.variant.activation.name in ("relu", "elu") else replace(r, status="running") for r in whole.runs
    ]
    found = claim(made_up_experiment(runs), 13)
    assert found.verdict == Verdict.NOT_MEASURED
    assert found.evidence[0] == f"2 of {len(FUNCTIONS)} functions of the table are compared here."


def test_what_decides_claim_13_is_said_of_the_function_that_takes_most():
    weak, weaker = ([(-1) ** seed + size for seed in range(12)] for size in (0.4, 0.2))
    found = claim(whole_table({"selu": weak, "tanh": weaker}), 13)
    assert found.verdict == Verdict.UNDECIDED
    assert found.deciding.startswith("tanh, which takes most: More than 100 more paired runs")


def whole_table(leads):
    """Every function with twelve seeds, ten points behind ELU but where `leads` says how far, by seed."""
    functions = [Activation(f.name, tuple((p.name, p.default) for p in f.parameters)) for f in FUNCTIONS]
    behind = {f.name: leads.get(f.name, [10.0 + 0.1 * seed for seed in range(12)]) for f in functions}
    behind["elu"] = [0.0] * 12
    return made_up_experiment(
        [made_up_run(f.text(), seed, [50, 30 + behind[f.name][seed]]) for f in functions for seed in range(12)]
    )


@pytest.mark.parametrize(("losses", "verdict"), [("apart", Verdict.SUPPORTED), ("mixed", Verdict.UNDECIDED)])
def test_alpha_has_an_influence_if_errors_and_losses_both_show_one(losses, verdict):
    def loss(alpha, seed):
        return 2.0 + 0.01 * seed + (alpha == 2) * (0.5 if losses == "apart" else 0.1 * (-1) ** seed)

    runs = [
        made_up_run(
            f"elu(alpha={alpha})", seed, [50, 30 + 3 * alpha + 0.1 * seed * alpha], [3.0, loss(alpha, seed)]
        )
        for alpha in (1, 2)
        for seed in range(8)
    ]
    found = claim(made_up_experiment(runs), 12)
    both = losses == "apart"
    assert found.verdict == verdict
    assert found.qualifier == "an influence on test error" + (" and training loss" if both else "")
    assert found.deciding.startswith("Training loss: ") != both
    assert (found.deciding == "") == both
