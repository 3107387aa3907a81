"""The claims about ELU that a report judges, each with its verdict and what it rests on."""

from __future__ import annotations

import numpy as np

from elubench_report.claim import Claim
from elubench_report.comparison import Pairs, Values, compare_pairs, pairs_of
from elubench_report.convergence import is_timed
from elubench_report.convergence_claims import faster_convergence, makes_up_for_the_step
from elubench_report.experiment import Experiment, Run
from elubench_report.function_claims import continuity, smoothness
from elubench_report.judging import RELU, Question, divergence, judged, not_measured, per_variant
from elubench_report.layer_claims import activation_means, dead_units, exploding_gradient, vanishing_gradient
from elubench_report.pairing import Paired
from elubench_report.results import collect, compare_errors, final_test_error
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
        _training_speed(experiment),
        makes_up_for_the_step(experiment),
        not_measured(
            11,
            "ELU is slower than ReLU at test time, too.",
            "needs inference on the same device to be timed; runs time their training only",
        ),
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


def _training_speed(experiment: Experiment) -> Claim:
    def rate(run: Run) -> float | None:
        rows = run.metrics.get("train", "images_per_second").values
        median = float(np.median(rows)) if len(rows) and is_timed(experiment, run) else 0.0
        return median if median > 0 else None

    rates = collect(experiment, rate)
    return judged(
        9,
        "ELU is slower to compute.",
        Question(-1, "% images a second"),
        experiment,
        compare_pairs(_in_per_cent(rates)),
        "needs images_per_second rows of one device",
        [
            per_variant(experiment, rates, 1, "Training images a second, median over each run"),
            "The activation alone, forward and backward, is not measured by these runs.",
        ],
        "the whole training step",
    )


def _in_per_cent(rates: Values) -> Pairs:
    """Differences in per cent of the reference's rate with the same seed."""
    return [
        (s, r, Paired(p.seeds, tuple(100 * (rates[s][seed] / rates[r][seed] - 1) for seed in p.seeds)))
        for s, r, p in pairs_of(rates, RELU)
    ]
