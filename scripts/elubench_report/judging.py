"""How a claim is judged from a comparison of paired runs.

Supported: the claimed sign, decided (comparison.py: adjusted p < .05, and the mean has the sign of the ranks).
Contradicted: the opposite sign, likewise. Else undecided. ELU is compared with ReLU; with and without batch
normalisation count as two comparisons, and the verdict is the one without where there are such runs. What else an
experiment compares is no part of such a claim, and does not count in its Holm adjustment; but claim 3 is the
experiment's own table of results, of all activations, and keeps that table's p.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from elubench_report import text
from elubench_report.activations import Activation
from elubench_report.claim import Claim, Verdict
from elubench_report.comparison import (
    Comparison,
    Doubt,
    Pairs,
    Values,
    compare_pairs,
    pairs_of,
    pairs_with_divergence,
)
from elubench_report.experiment import Experiment, Variant
from elubench_report.sample_size import MOST_FORESEEN, smallest_pairs

ELU = Activation("elu", (("alpha", 1.0),))
RELU = Activation("relu")

LEFT_OUT = "it is in no mean, so the pair is missing"  # what becomes of a run that diverged

_DOUBTS = {
    Doubt.MEAN: "The ranks decide, but the effect shown has the other sign or none. Look at the single pairs: one "
    "or few of them carry it.",
    Doubt.DIVERGED: "More runs diverged on the side that looks better, and they are in no mean. Look at why they "
    "did.",
}


@dataclass(frozen=True)
class Question:
    """How a claim reads a comparison: the claimed sign of subject minus reference, and how the effect is shown."""

    claimed_sign: int
    measure: str  # "points of test error"
    digits: int = 2
    pair: str = "paired run"  # what there would have to be more of


def subject_of(experiment: Experiment) -> Activation:
    """The ELU that claims are judged on: alpha = 1, else the first that there is."""
    there = [v.activation for v in experiment.variants if v.activation.name == "elu"]
    return ELU if ELU in there or not there else there[0]


def not_measured(number: int, statement: str, why: str, evidence: Sequence[str] = ()) -> Claim:
    """A claim that these runs cannot judge; `why` says what it takes."""
    return Claim(
        number,
        statement,
        Verdict.NOT_MEASURED,
        "",
        text.ABSENT,
        text.ABSENT,
        "0",
        text.ABSENT,
        list(evidence),
        why[0].upper() + why[1:] + ".",
    )


def what_is_missing(experiment: Experiment, otherwise: str) -> str:
    """Why there is no comparison: no pair of finished runs, else what the claim itself needs."""
    return otherwise if _pairable(experiment) else "needs finished runs of ELU and ReLU with the same seed"


def _pairable(experiment: Experiment) -> bool:
    subject = subject_of(experiment)
    return any(
        {r.seed for r in experiment.finished(v)}
        & {r.seed for r in experiment.finished(Variant(RELU, v.batch_norm))}
        for v in experiment.variants
        if v.activation == subject
    )


def elu_against_relu(experiment: Experiment, values: Values) -> list[Comparison]:
    """The judged ELU against ReLU, without batch normalisation first; Holm over these alone."""
    return compare_pairs(elu_pairs(experiment, pairs_of(values, RELU)))


def elu_pairs(experiment: Experiment, pairs: Pairs) -> Pairs:
    """Those of the judged ELU, without batch normalisation first."""
    return [item for item in pairs if item[0].activation == subject_of(experiment)]


def elu_comparisons(experiment: Experiment, comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Those of the judged ELU, without batch normalisation first."""
    return [c for c in comparisons if c.subject.activation == subject_of(experiment)]


def verdict_of(comparison: Comparison, claimed_sign: int) -> Verdict:
    """The rule of the module's head."""
    if not comparison.decided:
        return Verdict.UNDECIDED
    return Verdict.SUPPORTED if comparison.direction == claimed_sign else Verdict.CONTRADICTED


def deciding(comparison: Comparison, pair: str = "paired run") -> str:
    """What would decide an undecided comparison; `pair` names what gives one difference."""
    if comparison.doubt:
        return _DOUBTS[comparison.doubt]
    if comparison.decided:
        return ""
    more = comparison.more_runs
    if more is None:
        return f"More {pair}s; the differences seen so far do not tell how many."
    if more.number > MOST_FORESEEN:
        return f"More than {MOST_FORESEEN} more {pair}s, for a difference as small as the one seen so far."
    if not more.least:
        number = text.count(more.number, f"more {pair}")
        return f"About {number} would show a difference of this size with 80 % power."
    family = f" with Holm over {text.count(comparison.family, 'comparison')}" if comparison.family > 1 else ""
    return (
        f"At least {text.count(more.number, f'more {pair}')}: {_smallest_p(comparison.paired.nonzero)}; "
        f"{smallest_pairs(comparison.family)} pairs that differ can fall below .05{family}."
    )


def _smallest_p(nonzero: int) -> str:
    if not nonzero:
        return "no pair differs so far"
    return f"with {nonzero} that differ the smallest exact two-sided p is {text.p_value(2.0 ** (1 - nonzero))}"


def judged(
    number: int,
    statement: str,
    question: Question,
    experiment: Experiment,
    comparisons: Sequence[Comparison],
    why_not: str,
    evidence: Sequence[str] = (),
    qualifier: str = "",
) -> Claim:
    """The claim with the verdict of ELU's first comparison; `why_not` says what is missing where there is none."""
    mine = elu_comparisons(experiment, comparisons)
    if not mine:
        return not_measured(number, statement, what_is_missing(experiment, why_not), evidence)
    first = mine[0]
    others = [sentence_of(experiment, c, question) for c in mine[1:]]
    if first.interval_covers_zero:
        others.insert(0, "The ranks decide, though the interval covers 0: one or few pairs widen it.")
    return Claim(
        number,
        statement,
        verdict_of(first, question.claimed_sign),
        qualifier,
        effect_of(first, question),
        text.interval(first.paired.interval, question.digits),
        str(first.paired.n),
        text.p_value(first.p_adjusted),
        [*evidence, *others],
        deciding(first, question.pair),
    )


def effect_of(comparison: Comparison, question: Question) -> str:
    """`−20 iterations until ...`; `sooner (4 of 6 censored): iterations until ...` where there is no number."""
    effect = comparison.paired.effect
    has_number = effect is not None and math.isfinite(effect)
    return f"{text.effect(comparison.paired, question.digits)}{'' if has_number else ':'} {question.measure}"


def sentence_of(experiment: Experiment, comparison: Comparison, question: Question) -> str:
    """One comparison with its verdict."""
    paired = comparison.paired
    return (
        f"{experiment.label(comparison.subject)} against {experiment.label(comparison.reference)}: "
        f"{effect_of(comparison, question)}, interval "
        f"{text.interval(paired.interval, question.digits)}, {text.count(paired.n, 'pair')}, "
        f"p {text.p_value(comparison.p_adjusted)}: {verdict_of(comparison, question.claimed_sign)}"
        + (f" ({comparison.doubt})." if comparison.doubt else ".")
    )


def divergence(experiment: Experiment, comparisons: Sequence[Comparison], what_happens: str) -> str:
    """In how many of ELU's pairs a run diverged, and what became of them; empty where none did."""
    mine = elu_comparisons(experiment, comparisons)
    lost = pairs_with_divergence(experiment, mine[0]) if mine else 0
    return f"In {text.count(lost, 'pair')} a run diverged: {what_happens}." if lost else ""


def per_variant(experiment: Experiment, values: Values, digits: int, unit: str) -> str:
    """`unit: ReLU 31.56 ± 0.37 and ELU 28.75 ± 0.24.`; empty where there are no values."""
    shown = [
        f"{experiment.label(v)} {text.mean_and_sd(by_seed.values(), digits)}"
        for v, by_seed in values.items()
        if by_seed
    ]
    return f"{unit}: {text.joined(shown)}." if shown else ""
