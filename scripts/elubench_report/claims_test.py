import pytest

from elubench_report.activations import Activation
from elubench_report.claim import Verdict
from elubench_report.claims import judge
from elubench_report.function_claims import one_sided_derivatives


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
        "At least 4 more paired runs: with 2 the smallest exact two-sided p is 0.50"
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


def test_diverged_elu_contradicts_claim_7(make):
    def diverge(folder):
        (folder / "runs/elu/seed-2/status").write_text("diverged at iteration 321\n")

    assert verdicts(make(diverge))[7] == Verdict.CONTRADICTED


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
    assert any(f"Best on held-out training images: {best}" in s for s in judge(with_validation)[11].evidence)


def test_every_other_function_is_compared(make):
    claim = judge(make(activations=["relu", "elu(alpha=1)", "selu", "tanh"], seeds=range(1, 9)))[12]
    assert claim.verdict == Verdict.SUPPORTED
    assert claim.evidence[0] == "4 of 17 functions of the table are in this experiment."
