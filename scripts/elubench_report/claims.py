"""The claims about ELU that a report judges, each with its verdict and what it rests on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from elubench_report import text
from elubench_report.claim import Claim, Verdict
from elubench_report.convergence import Level, final_error_level, loss_levels
from elubench_report.experiment import Experiment, Run
from elubench_report.function_claims import continuity, smoothness
from elubench_report.judging import RELU, Question, elu_comparisons, judged, not_measured, per_variant, subject_of
from elubench_report.layers import gradient_ratio_series, layers, matrix
from elubench_report.results import collect, compare, compare_pairs, final_test_error
from elubench_report.statistics import Paired
from elubench_report.sweep_claims import alpha_sweep, other_functions


def judge(experiment: Experiment) -> list[Claim]:
    """All claims, in order."""
    level = final_error_level(experiment, RELU)
    return [
        _convergence(experiment, level),
        _activation_means(experiment),
        _generalisation(experiment),
        continuity(4),
        smoothness(5),
        _vanishing_gradient(experiment),
        _exploding_gradient(experiment),
        _dead_units(experiment),
        _training_speed(experiment),
        _time_to_level(experiment, level),
        not_measured(11, "ELU is slower than ReLU at test time, too.", "inference is timed by elubench bench"),
        alpha_sweep(experiment),
        other_functions(experiment),
    ]


def _convergence(experiment: Experiment, level: Level) -> Claim:
    evidence = [_level_sentence(experiment, lv) for lv in [level, *loss_levels(experiment, RELU)]]
    return judged(
        1,
        "ELU converges faster than ReLU.",
        Question(-1, "iterations until ReLU's final test error", 0),
        experiment,
        level.in_iterations,
        "needs test errors",
        [sentence for sentence in evidence if sentence],
    )


def _level_sentence(experiment: Experiment, level: Level) -> str:
    parts = [
        f"{experiment.label(variant)} {text.times(list(times.values()))}"
        for variant, times in level.iterations.items()
        if times
    ]
    return f"Iterations until {level.name}: {', '.join(parts)}." if parts else ""


def _activation_means(experiment: Experiment) -> Claim:
    names = layers(experiment, "activation_mean")

    def distance(run: Run) -> float | None:
        values = np.abs(matrix(run, "activation_mean", names))
        return float(values.mean()) if values.size else None

    values = collect(experiment, distance)
    evidence = [
        per_variant(experiment, values, 3, "Distance of the mean activation from zero, over layers and training"),
        "This measures the difference, not that it is the cause of faster convergence.",
    ]
    return judged(
        2,
        "Mean activations are closer to zero.",
        Question(-1, "in |mean activation|", 3),
        experiment,
        compare(values, RELU),
        "needs the probe's activation_mean rows",
        evidence,
    )


def _generalisation(experiment: Experiment) -> Claim:
    values = collect(experiment, final_test_error)
    evidence = [per_variant(experiment, values, 2, "Final test error in per cent")]
    return judged(
        3,
        "ELU generalises better.",
        Question(-1, "points of test error"),
        experiment,
        compare(values, RELU),
        "needs test errors",
        evidence,
    )


def _vanishing_gradient(experiment: Experiment) -> Claim:
    names = layers(experiment, "gradient_norm")
    values = collect(experiment, _summary(names, np.mean))
    evidence = [
        per_variant(
            experiment,
            values,
            2,
            "log10 of the first layer's gradient norm over the last one's, mean over training",
        ),
        "More of the gradient arriving at the first layer than with ReLU counts as support; the ratio by itself "
        "depends on the sizes of the layers.",
    ]
    return judged(
        6,
        "ELU has no vanishing gradient.",
        Question(+1, "powers of ten"),
        experiment,
        compare(values, RELU),
        "needs the probe's gradient_norm rows of two layers",
        evidence,
        "compared with ReLU",
    )


def _summary(names: list[str], reduce: Callable[[np.ndarray], float]) -> Callable[[Run], float | None]:
    def number(run: Run) -> float | None:
        if len(names) < 2:
            return None
        series = gradient_ratio_series(run, names)
        return float(reduce(series.values)) if len(series) else None

    return number


def _exploding_gradient(experiment: Experiment) -> Claim:
    statement, subject = "ELU has no exploding gradient.", subject_of(experiment)
    names = layers(experiment, "gradient_norm")
    peaks = collect(experiment, _summary(names, np.max))
    runs = [run for run in experiment.runs if run.variant.activation == subject]
    diverged = [run.name for run in runs if run.diverged]
    evidence = [
        f"Diverged: {len(diverged)} of {text.count(len(runs), 'ELU run')}"
        + (f" ({text.joined(diverged)})." if diverged else "."),
        per_variant(experiment, peaks, 2, "Largest log10 of the first layer's gradient norm over the last one's"),
        "A gradient that grew on its way back would show as a ratio above 0.",
    ]
    if diverged:
        return Claim(
            7,
            statement,
            Verdict.CONTRADICTED,
            "a run diverged",
            f"{len(diverged)} of {len(runs)} diverged",
            text.ABSENT,
            str(len(runs)),
            text.ABSENT,
            evidence,
            "",
        )
    against_zero = [
        (variant, variant, Paired(tuple(by_seed), tuple(by_seed.values())))
        for variant, by_seed in peaks.items()
        if by_seed
    ]
    return judged(
        7,
        statement,
        Question(-1, "powers of ten against a ratio of 1"),
        experiment,
        compare_pairs(against_zero),
        "needs the probe's gradient_norm rows of two layers",
        evidence,
    )


def _dead_units(experiment: Experiment) -> Claim:
    names = layers(experiment, "dead_fraction")

    def share(run: Run) -> float | None:
        values = matrix(run, "dead_fraction", names)
        return 100.0 * float(values[-1].mean()) if values.size else None

    values = collect(experiment, share)
    evidence = [
        per_variant(experiment, values, 2, "Dead channels in per cent, mean over layers at the last evaluation")
    ]
    claim = judged(
        8,
        "ELU has no dead units.",
        Question(-1, "points of dead share"),
        experiment,
        compare(values, RELU),
        "needs the probe's dead_fraction rows",
        evidence,
        "compared with ReLU",
    )
    mine = elu_comparisons(experiment, compare(values, RELU))
    if mine and not any(mine[0].paired.differences):
        claim.evidence.append("Neither has more than the other in any pair, so there is nothing to compare.")
    return claim


def _training_speed(experiment: Experiment) -> Claim:
    def rate(run: Run) -> float | None:
        rows = run.metrics.get("train", "images_per_second").values
        same_clock = run.clock is not None and run.clock == experiment.clock
        return float(np.log(np.median(rows))) if same_clock and len(rows) and np.median(rows) > 0 else None

    logs = collect(experiment, rate)
    shown = {variant: {s: float(np.exp(v)) for s, v in by_seed.items()} for variant, by_seed in logs.items()}
    evidence = [
        per_variant(experiment, shown, 1, "Training images a second, median over each run"),
        "The activation alone, forward and backward, is timed by elubench bench, not here.",
    ]
    percent = {v: {s: 100 * x for s, x in by_seed.items()} for v, by_seed in logs.items()}
    return judged(
        9,
        "ELU is slower to compute.",
        Question(-1, "log per cent of images a second"),
        experiment,
        compare(percent, RELU),
        "needs images_per_second rows of one device",
        evidence,
        "the whole training step",
    )


def _time_to_level(experiment: Experiment, level: Level) -> Claim:
    parts = [f"{experiment.label(v)} {text.times(list(t.values()))} s" for v, t in level.seconds.items() if t]
    evidence = [f"Seconds of training until {level.name}: {', '.join(parts)}."] if parts else []
    return judged(
        10,
        "Faster convergence makes up for the slower step.",
        Question(-1, "seconds until ReLU's final test error", 0),
        experiment,
        level.in_seconds,
        "needs seconds rows of one device",
        evidence,
    )
