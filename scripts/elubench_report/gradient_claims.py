"""The claims about gradients on their way back through the layers: vanishing, exploding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from elubench_report import text
from elubench_report.claim import Claim, Verdict
from elubench_report.comparison import Comparison, with_divergence
from elubench_report.experiment import Experiment, Run
from elubench_report.judging import (
    LEFT_OUT,
    RELU,
    Question,
    divergence,
    elu_against_relu,
    judged,
    per_variant,
    subject_of,
)
from elubench_report.layers import evaluations_without_ratio, gradient_ratio_series, layers
from elubench_report.metrics import EMPTY, Series
from elubench_report.results import collect

_QUALIFIER = "compared with ReLU's; the gradient by itself is not judged"


def vanishing_gradient(experiment: Experiment) -> Claim:
    names = layers(experiment, "gradient_norm")
    values = collect(experiment, _of_ratio(names, lambda series: float(series.values.mean())))
    compared = with_divergence(experiment, elu_against_relu(experiment, values), better=+1)
    evidence = [
        per_variant(
            experiment,
            values,
            2,
            "log10 of the first layer's gradient norm over the last one's, mean over training",
        ),
        "More of the gradient arriving at the first layer than with ReLU counts as support; the ratio by itself "
        "depends on the sizes of the layers.",
        _left_out(experiment, names),
        divergence(experiment, compared, LEFT_OUT),
    ]
    return judged(
        6,
        "ELU has no vanishing gradient.",
        Question(+1, "powers of ten"),
        experiment,
        compared,
        "needs the probe's gradient_norm rows of two layers",
        evidence,
        _QUALIFIER,
    )


def _of_ratio(names: list[str], reduce: Callable[[Series], float | None]) -> Callable[[Run], float | None]:
    def number(run: Run) -> float | None:
        series = gradient_ratio_series(run, names) if len(names) > 1 else EMPTY
        return reduce(series) if len(series) else None

    return number


def _left_out(experiment: Experiment, names: list[str]) -> str:
    counts = {
        variant: sum(evaluations_without_ratio(run, names) for run in experiment.finished(variant))
        for variant in experiment.variants
        if len(names) > 1
    }
    shown = [f"{n} of {experiment.label(variant)}" for variant, n in counts.items() if n]
    return (
        f"Left out are evaluations at which a gradient was 0 or not finite, {text.joined(shown)}: there it had "
        "vanished or exploded altogether."
        if shown
        else ""
    )


def _largest_rise(series: Series) -> float | None:
    """From any evaluation to a later one; 0 where it only falls."""
    if len(series) < 2:
        return None
    return float((series.values - np.minimum.accumulate(series.values)).max())


def _highest(series: Series) -> float | None:
    return float(series.values.max()) if len(series) > 1 else None


def exploding_gradient(experiment: Experiment) -> Claim:
    """Claim 7: the ratio never rises as far as ReLU's, nor higher, and no more runs diverge than ReLU's.

    A gradient that had vanished and comes back rises far, but not high; one that has exploded at once is high, and
    need not rise.
    """
    names = layers(experiment, "gradient_norm")
    rises, levels = (collect(experiment, _of_ratio(names, reduce)) for reduce in (_largest_rise, _highest))
    ratio = "log10 of the first layer's gradient norm over the last one's"
    evidence = [
        _divergences(experiment),
        per_variant(experiment, rises, 2, f"Largest rise, from any evaluation to a later one, of {ratio}"),
        per_variant(experiment, levels, 2, "Its highest value at any evaluation"),
        "A smaller rise than ReLU's counts as support, unless it goes higher than ReLU's, or more runs diverge; a "
        "larger one against it, unless it stays lower.",
        _left_out(experiment, names),
    ]
    claim = judged(
        7,
        "ELU has no exploding gradient.",
        Question(-1, "powers of ten of the largest rise"),
        experiment,
        with_divergence(experiment, elu_against_relu(experiment, rises)),
        "needs the probe's gradient_norm rows of two layers and two evaluations",
        evidence,
        _QUALIFIER,
    )
    claim = _unless_level_disagrees(claim, elu_against_relu(experiment, levels))
    return _with_decided_divergence(experiment, claim)


def _unless_level_disagrees(claim: Claim, levels: list[Comparison]) -> Claim:
    against = {Verdict.SUPPORTED: +1, Verdict.CONTRADICTED: -1}.get(claim.verdict)
    if against is None or levels[0].direction != against:
        return claim
    less_but_higher = "It rises less than ReLU's, but is higher at its highest; that is for the curves to tell."
    more_but_lower = "It rises more than ReLU's, but is lower at its highest: it comes back from having vanished."
    why = less_but_higher if claim.verdict is Verdict.SUPPORTED else more_but_lower
    return replace(claim, verdict=Verdict.UNDECIDED, deciding=why)


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
