"""The claims about the activations of the layers: how far from zero, and how many channels are dead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from elubench_report.claim import Claim, Verdict
from elubench_report.comparison import Values, with_divergence
from elubench_report.experiment import Experiment, Run
from elubench_report.judging import (
    LEFT_OUT,
    Question,
    deciding,
    divergence,
    elu_against_relu,
    judged,
    per_variant,
    sentence_of,
    verdict_of,
)
from elubench_report.layers import layers, matrix
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
    compared = with_divergence(experiment, elu_against_relu(experiment, values))
    evidence = [
        per_variant(experiment, values, 3, "Distance of the mean activation from zero, over layers and training"),
        per_variant(experiment, relative, 3, "The same over the root mean square of the layer's activations"),
        "This measures the difference, not that it is the cause of faster convergence.",
        divergence(experiment, compared, LEFT_OUT),
    ]
    claim = judged(
        2,
        "Mean activations are closer to zero.",
        Question(-1, "in |mean activation|", 3),
        experiment,
        compared,
        "needs the probe's activation_mean rows",
        evidence,
    )
    return _unless_scale_decides(experiment, claim, relative)


def _unless_scale_decides(experiment: Experiment, claim: Claim, relative: Values) -> Claim:
    """Undecided where the verdict is another one relative to the size of the activations."""
    if claim.verdict is Verdict.NOT_MEASURED:
        return claim
    compared = with_divergence(experiment, elu_against_relu(experiment, relative))
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


def dead_units(experiment: Experiment) -> Claim:
    names = layers(experiment, "dead_fraction")

    def share(run: Run) -> float | None:
        values = matrix(run, "dead_fraction", names)
        return 100.0 * float(values[-1].mean()) if values.size else None

    values = collect(experiment, share)
    compared = with_divergence(experiment, elu_against_relu(experiment, values))
    evidence = [
        per_variant(experiment, values, 2, "Dead channels in per cent, mean over layers at the last evaluation"),
        divergence(experiment, compared, LEFT_OUT),
    ]
    claim = judged(
        8,
        "ELU has no dead units.",
        Question(-1, "points of dead share"),
        experiment,
        compared,
        "needs the probe's dead_fraction rows",
        evidence,
        "compared with ReLU's; whether there are any is not judged",
    )
    if compared and not any(compared[0].paired.differences):
        claim.evidence.append("Neither has more than the other in any pair, so there is nothing to compare.")
    return claim
