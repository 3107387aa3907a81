"""The claims about ELU that a report judges, each with its verdict and what it rests on."""

from __future__ import annotations

from elubench_report.claim import Claim
from elubench_report.convergence_claims import faster_convergence, makes_up_for_the_step
from elubench_report.experiment import Experiment
from elubench_report.function_claims import continuity, smoothness
from elubench_report.gradient_claims import exploding_gradient, vanishing_gradient
from elubench_report.judging import RELU, Question, divergence, judged, per_variant
from elubench_report.layer_claims import activation_means, dead_units
from elubench_report.results import collect, compare_errors, final_test_error
from elubench_report.speed_claims import inference_speed, training_speed
from elubench_report.sweep_claims import alpha_sweep, other_functions


def judge(experiment: Experiment) -> list[Claim]:
    """All claims, in order."""
    return [
        faster_convergence(experiment),
        activation_means(experiment),
        _generalisation(experiment),
        continuity(4),
        smoothness(5),
        vanishing_gradient(experiment),
        exploding_gradient(experiment),
        dead_units(experiment),
        training_speed(experiment),
        makes_up_for_the_step(experiment),
        inference_speed(experiment),
        alpha_sweep(experiment),
        other_functions(experiment),
    ]


def _generalisation(experiment: Experiment) -> Claim:
    comparisons = compare_errors(experiment, RELU)
    values = collect(experiment, final_test_error)
    return judged(
        3,
        "ELU generalises better.",
        Question(-1, "points of test error"),
        experiment,
        comparisons,
        "needs test errors",
        [
            per_variant(experiment, values, 2, "Final test error in per cent"),
            divergence(experiment, comparisons, "it has no final test error, so the pair is missing"),
        ],
    )
