"""The claims about what goes on inside the network: activations, gradients, dead units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from elubench_report import text
from elubench_report.claim import Claim, Verdict
from elubench_report.comparison import Values, with_divergence
from elubench_report.experiment import Experiment, Run
from elubench_report.judging import (
    RELU,
    Question,
    deciding,
    elu_against_relu,
    judged,
    per_variant,
    sentence_of,
    subject_of,
    verdict_of,
)
from elubench_report.layers import gradient_ratio_series, layers, matrix
from elubench_report.metrics import EMPTY, Series
from elubench_report.results import collect

_RELATIVE = Question(-1, "in |mean activation| / root mean square", 3)


def activation_means(experiment: Experiment) -> Claim:
    """Claim 2: both as they are and relative to their size, for how large activations are is another matter."""
    names = layers(experiment, "activation_mean")

    def distance(run: Run) -> float | None:
        values = np.abs(matrix(run, "activation_mean", names))
        return float(values.mean()) if values.size else None

    def relative_distance(run: Run) -> float | None:
        mean, deviation = (matrix(run, metric, names) for metric in ("activation_mean", "activation_std"))
        if not mean.size or mean.shape != deviation.shape:
            return None
        size = np.hypot(mean, deviation)
        return float(np.divide(np.abs(mean), size, out=np.zeros_like(size), where=size > 0).mean())

    values, relative = collect(experiment, distance), collect(experiment, relative_distance)
    evidence = [
        per_variant(experiment, values, 3, "Distance of the mean activation from zero, over layers and training"),
        per_variant(experiment, relative, 3, "The same over the root mean square of the layer's activations"),
        "This measures the difference, not that it is the cause of faster convergence.",
    ]
    claim = judged(
        2,
        "Mean activations are closer to zero.",
        Question(-1, "in |mean activation|", 3),
        experiment,
        elu_against_relu(experiment, values),
        "needs the probe's activation_mean rows",
        evidence,
    )
    return _unless_scale_decides(experiment, claim, relative)


def _unless_scale_decides(experiment: Experiment, claim: Claim, relative: Values) -> Claim:
    """Undecided where the verdict is another one relative to the size of the activations."""
    if claim.verdict is Verdict.NOT_MEASURED:
        return claim
    compared = elu_against_relu(experiment, relative)
    if not compared:
        return replace(claim, qualifier="absolute distances only: the probe has no activation_std rows")
    evidence = [*claim.evidence, *(sentence_of(experiment, c, _RELATIVE) for c in compared)]
    claim = replace(claim, qualifier="both as they are and relative to their size", evidence=evidence)
    there = verdict_of(compared[0], _RELATIVE.claimed_sign)
    if claim.verdict in (Verdict.UNDECIDED, there):
        return claim
    open_relative = f"Relative to their size: {deciding(compared[0])}"
    both_decided = "It depends on the scale: one way as they are, the other way relative to their size."
    why = both_decided if compared[0].decided else open_relative
    return replace(claim, verdict=Verdict.UNDECIDED, deciding=why)


def vanishing_gradient(experiment: Experiment) -> Claim:
    names = layers(experiment, "gradient_norm")
    values = collect(experiment, _of_ratio(names, lambda series: float(series.values.mean())))
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
        elu_against_relu(experiment, values),
        "needs the probe's gradient_norm rows of two layers",
        evidence,
        "compared with ReLU",
    )


def _of_ratio(names: list[str], reduce: Callable[[Series], float | None]) -> Callable[[Run], float | None]:
    def number(run: Run) -> float | None:
        series = gradient_ratio_series(run, names) if len(names) > 1 else EMPTY
        return reduce(series) if len(series) else None

    return number


def _largest_rise(series: Series) -> float | None:
    """Above the run's own median: a gradient that had vanished and comes back does not explode."""
    return float(series.values.max() - np.median(series.values)) if len(series) > 1 else None


def exploding_gradient(experiment: Experiment) -> Claim:
    """Claim 7: the ratio never rises as far as ReLU's, and no more runs diverge than ReLU's."""
    names = layers(experiment, "gradient_norm")
    rises = collect(experiment, _of_ratio(names, _largest_rise))
    evidence = [
        _divergences(experiment),
        per_variant(
            experiment,
            rises,
            2,
            "Largest rise, at any evaluation, of log10 of the first layer's gradient norm over the last one's, "
            "above its median over training",
        ),
        "A smaller rise than ReLU's counts as support, unless more runs diverge than ReLU's.",
    ]
    claim = judged(
        7,
        "ELU has no exploding gradient.",
        Question(-1, "powers of ten of the largest rise"),
        experiment,
        with_divergence(experiment, elu_against_relu(experiment, rises)),
        "needs the probe's gradient_norm rows of two layers and two evaluations",
        evidence,
        "compared with ReLU",
    )
    return _with_decided_divergence(experiment, claim)


def _divergences(experiment: Experiment) -> str:
    counts = [
        f"{sum(run.diverged for run in runs)} of {text.count(len(runs), f'{experiment.label(variant)} run')}"
        for variant in experiment.variants
        if variant.activation in (subject_of(experiment), RELU) and (runs := experiment.of(variant))
    ]
    return f"Diverged: {text.joined(counts)}." if counts else ""


def _with_decided_divergence(experiment: Experiment, claim: Claim) -> Claim:
    """Contradicted where, over the pairs, decidedly more runs diverge than ReLU's."""
    ended = collect(experiment, lambda run: float(run.diverged), with_diverged=True)
    mine = elu_against_relu(experiment, ended)
    if not mine or mine[0].direction <= 0:
        return claim
    paired = mine[0].paired
    return replace(
        claim,
        verdict=Verdict.CONTRADICTED,
        qualifier="more runs diverged than with ReLU",
        effect=f"{text.effect(paired)} diverged a run",
        interval=text.interval(paired.interval),
        pairs=str(paired.n),
        p=text.p_value(mine[0].p_adjusted),
        deciding="",
    )


def dead_units(experiment: Experiment) -> Claim:
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
        elu_against_relu(experiment, values),
        "needs the probe's dead_fraction rows",
        evidence,
        "compared with ReLU",
    )
    mine = elu_against_relu(experiment, values)
    if mine and not any(mine[0].paired.differences):
        claim.evidence.append("Neither has more than the other in any pair, so there is nothing to compare.")
    return claim
