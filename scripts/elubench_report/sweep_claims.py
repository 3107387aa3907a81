"""The claims that a sweep decides: the influence of alpha, and ELU among the other functions."""

from __future__ import annotations

import math

import numpy as np

from elubench_report import text
from elubench_report.activations import FUNCTIONS
from elubench_report.claim import Claim, Verdict
from elubench_report.comparison import Comparison, Values, compare_pairs, pairs_of, with_divergence
from elubench_report.curves import training_loss
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.judging import (
    Question,
    deciding,
    not_measured,
    per_variant,
    sentence_of,
    subject_of,
    verdict_of,
)
from elubench_report.pairing import pair
from elubench_report.results import collect, final_test_error


def alpha_sweep(experiment: Experiment) -> Claim:
    """Claim 12. The best alpha is chosen on held-out training images only."""
    statement = "A larger alpha goes further below zero, and alpha influences accuracy and training speed."
    alphas = list(dict.fromkeys(v.activation for v in experiment.variants if v.activation.name == "elu"))
    evidence = ["From the function itself: ELU's infimum is −α, so a larger alpha does go further below zero."]
    if len(alphas) < 2:
        return not_measured(12, statement, "needs a sweep over alpha: 0.1, 0.25, 0.5, 1, 1.5, 2, 3", evidence)
    errors, losses = (_only_elu(collect(experiment, one)) for one in (final_test_error, _mean_training_loss))
    reference = subject_of(experiment)
    in_error = pairs_of(errors, reference)
    compared = with_divergence(experiment, compare_pairs(in_error + pairs_of(losses, reference)))
    evidence += [
        per_variant(experiment, errors, 2, "Final test error in per cent"),
        per_variant(experiment, losses, 3, "Training loss, mean over training"),
        _best_alpha(experiment),
    ]
    if not compared:
        return not_measured(
            12, statement, f"needs seeds that {experiment.label(Variant(reference))} shares", evidence
        )
    of_error = [c for c in compared if any(c.paired is paired for _, _, paired in in_error)]
    of_loss = [c for c in compared if c not in of_error]
    strongest = _strongest(compared)
    measured = "points of test error" if strongest in of_error else "nats of training loss"
    against = f"{measured}, {experiment.label(strongest.subject)} less {experiment.label(strongest.reference)}"
    parts = {"test error": of_error, "training loss": of_loss}
    decided = [name for name, made in parts.items() if any(c.decided for c in made)]
    still_open = [
        f"{name.capitalize()}: {deciding(_strongest(made))}"
        for name, made in parts.items()
        if made and name not in decided
    ]
    return Claim(
        12,
        statement,
        Verdict.SUPPORTED if len(decided) == len(parts) else Verdict.UNDECIDED,
        f"an influence on {text.joined(decided)}" if decided else "",
        f"{text.effect(strongest.paired, 3)} {against}",
        text.interval(strongest.paired.interval, 3),
        str(strongest.paired.n),
        text.p_value(strongest.p_adjusted),
        evidence,
        " ".join(still_open),
    )


def _strongest(comparisons: list[Comparison]) -> Comparison:
    return min(comparisons, key=lambda c: (not c.decided, math.inf if c.p_adjusted is None else c.p_adjusted))


def _mean_training_loss(run: Run) -> float | None:
    series = training_loss(run)
    return float(series.values.mean()) if len(series) else None


def _only_elu(values: Values) -> Values:
    return {variant: by_seed for variant, by_seed in values.items() if variant.activation.name == "elu"}


def _best_alpha(experiment: Experiment) -> str:
    """Among the alphas without a run that diverged: of the others the best runs alone may be left."""
    held_out = _only_elu(
        collect(experiment, lambda run: run.metrics.get("validation", "error").at(run.iterations))
    )
    if not any(held_out.values()):
        return (
            "No best alpha is named: no training images are held out (data.validation), and the test set must not "
            "choose."
        )
    stable = {v: by_seed for v, by_seed in held_out.items() if not experiment.diverged_seeds(v)}
    seeds = {run.seed for variant in stable for run in experiment.of(variant)}
    short = [f"{experiment.label(v)} ({len(s)} of {len(seeds)})" for v, s in stable.items() if s.keys() != seeds]
    if not stable:
        return "No best alpha is named: each has a run that diverged."
    if short:
        return f"No best alpha is named: runs are missing of {text.joined(short)}."
    best, *others = sorted(stable, key=lambda v: float(np.mean(list(stable[v].values()))))
    error = float(np.mean(list(stable[best].values())))
    unstable = [experiment.label(v) for v in held_out if v not in stable]
    left_out = f" Left out, for a run diverged: {text.joined(unstable)}." if unstable else ""
    return (
        f"Best on held-out training images: {experiment.label(best)}, {text.number(error)} % error."
        f"{_lead(experiment, best, others[0], stable) if others else ''}{left_out}"
    )


def _lead(experiment: Experiment, best: Variant, second: Variant, errors: Values) -> str:
    lead = pair(errors[second], errors[best])
    is_clear = lead.interval is not None and lead.interval.low > 0
    return (
        f" Next is {experiment.label(second)}, {text.effect(lead)} points, interval {text.interval(lead.interval)}"
        f"{'' if is_clear else ': that does not tell the two apart'}."
    )


def other_functions(experiment: Experiment) -> Claim:
    """Claim 13: ELU against every other function of the table. Some of them give evidence, but no verdict."""
    statement = "ELU compares well with other activation functions."
    subject = subject_of(experiment)
    pairs = pairs_of(collect(experiment, final_test_error), subject)
    rivals = with_divergence(
        experiment, compare_pairs([item for item in pairs if item[0].activation.name != "elu"])
    )
    compared = {c.subject.activation.name for c in rivals} | {"elu"}
    missing = [f.label for f in FUNCTIONS if f.name not in compared]
    evidence = [f"{len(FUNCTIONS) - len(missing)} of {len(FUNCTIONS)} functions of the table are compared here."]
    if missing:
        evidence.append(f"Without a finished pair: {text.joined(missing)}.")
    question = Question(+1, "points of test error")
    evidence += [sentence_of(experiment, c, question) for c in rivals]
    if missing or not rivals:
        return not_measured(13, statement, "needs the whole activation table in one sweep", evidence)
    verdicts = [verdict_of(c, +1) for c in rivals]
    closest = min(rivals, key=lambda c: math.inf if c.paired.effect is None else c.paired.effect)
    verdict = (
        Verdict.CONTRADICTED
        if Verdict.CONTRADICTED in verdicts
        else Verdict.SUPPORTED
        if set(verdicts) == {Verdict.SUPPORTED}
        else Verdict.UNDECIDED
    )
    open_ones = [c for c in rivals if not c.decided]
    against = (
        f"points of test error, {experiment.label(closest.subject)} less {experiment.label(closest.reference)}"
    )
    return Claim(
        13,
        statement,
        verdict,
        "lower test error than every other function",
        f"{text.effect(closest.paired)} {against}",
        text.interval(closest.paired.interval),
        str(closest.paired.n),
        text.p_value(closest.p_adjusted),
        evidence,
        _hardest(experiment, open_ones) if open_ones and verdict is Verdict.UNDECIDED else "",
    )


def _hardest(experiment: Experiment, open_ones: list[Comparison]) -> str:
    """What it takes to decide the one that takes most."""

    def needed(comparison: Comparison) -> float:
        return math.inf if comparison.more_runs is None else comparison.more_runs.number

    hardest = max(open_ones, key=needed)
    return f"{experiment.label(hardest.subject)}, which takes most: {deciding(hardest)}"
