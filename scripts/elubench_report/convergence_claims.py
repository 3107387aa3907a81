"""The claims about the way to a level: ELU converges faster, and that makes up for the slower step.

Claim 1 asks for iterations and for seconds, until the test error is ReLU's final one and until fixed training
losses. It is supported where in each of the two measures ELU decidedly reaches ReLU's final test error earlier, at
least one of the losses that are compared, too, and nothing decidedly later; contradicted the other way round.
"""

from __future__ import annotations

from elubench_report import text
from elubench_report.claim import Claim, Verdict
from elubench_report.comparison import Comparison
from elubench_report.convergence import (
    Level,
    Measure,
    compare_over_levels,
    final_error_levels,
    loss_levels,
)
from elubench_report.experiment import Experiment
from elubench_report.judging import (
    RELU,
    Question,
    deciding,
    divergence,
    effect_of,
    elu_against_relu,
    elu_comparisons,
    judged,
    not_measured,
    sentence_of,
    what_is_missing,
)

_EARLIER = -1
_RULE = (
    "It takes ReLU’s final test error and at least one of the training losses, each in iterations and in seconds, "
    "decidedly reached earlier, and no level decidedly later."
)
_NEVER_REACHES = "a run that diverged counts as never reaching a level"
Rows = dict[Measure, dict[str, Comparison]]  # by the name of the level, the final test error first


def faster_convergence(experiment: Experiment) -> Claim:
    """Claim 1."""
    statement = "ELU converges faster than ReLU."
    of_final_error = final_error_levels(experiment, RELU)  # one, or none
    made = of_final_error + loss_levels(experiment)
    evidence = [_level_sentence(experiment, level, Measure.ITERATIONS) for level in of_final_error]
    by_variant = {measure: compare_over_levels(made, measure, RELU) for measure in Measure}
    final = of_final_error[0].name if of_final_error else ""
    candidates = elu_comparisons(
        experiment, [found[final] for found in by_variant[Measure.ITERATIONS].values() if final in found]
    )
    if not candidates:
        return not_measured(
            1, statement, what_is_missing(experiment, "needs test errors"), list(filter(None, evidence))
        )
    first = candidates[0]
    rows = {m: found[first.subject] for m, found in by_variant.items() if found.get(first.subject)}
    evidence += [
        _RULE,
        divergence(experiment, candidates, _NEVER_REACHES),
        *(_tally(measure, compared) for measure, compared in rows.items()),
        *(
            sentence_of(experiment, rows[m][final], Question(_EARLIER, f"{m} until {final}", 0))
            for m in rows
            if m is not Measure.ITERATIONS and final in rows[m]
        ),
    ]
    verdict = verdict_over_levels(rows, final)
    return Claim(
        1,
        statement,
        verdict,
        "iterations and seconds, test error and training loss" if Measure.SECONDS in rows else "iterations only",
        effect_of(first, Question(_EARLIER, "iterations until ReLU’s final test error", 0)),
        text.interval(first.paired.interval, 0),
        str(first.paired.n),
        text.p_value(first.p_adjusted),
        list(filter(None, evidence)),
        _what_is_open(rows, final) if verdict is Verdict.UNDECIDED else "",
    )


def verdict_over_levels(rows: Rows, final: str) -> Verdict:
    """The rule of the module's head; `final` names the level that is ReLU's final test error."""
    directions = {comparison.direction for compared in rows.values() for comparison in compared.values()}
    for sign, verdict in ((_EARLIER, Verdict.SUPPORTED), (-_EARLIER, Verdict.CONTRADICTED)):
        if -sign not in directions and all(_agrees(compared, final, sign) for compared in rows.values()):
            return verdict
    return Verdict.UNDECIDED


def _agrees(compared: dict[str, Comparison], final: str, sign: int) -> bool:
    losses = [comparison.direction for name, comparison in compared.items() if name != final]
    return final in compared and compared[final].direction == sign and (not losses or sign in losses)


def _what_is_open(rows: Rows, final: str) -> str:
    directions = {comparison.direction for compared in rows.values() for comparison in compared.values()}
    if {-1, 1} <= directions:
        return "Some levels are decidedly reached earlier and some later: the tables of convergence say which."
    for measure, compared in rows.items():
        if final not in compared:
            return f"{measure.capitalize()} until {final}: longer runs, for neither reaches it."
        if not compared[final].decided:
            return f"{measure.capitalize()} until {final}: {deciding(compared[final])}"
    for measure, compared in rows.items():
        losses = {name: c for name, c in compared.items() if name != final}
        if not any(c.decided for c in losses.values()):
            name, closest = min(
                losses.items(), key=lambda item: 2.0 if item[1].p_adjusted is None else item[1].p_adjusted
            )
            return f"{measure.capitalize()} until {name}: {deciding(closest)}"
    return ""


def _tally(measure: Measure, compared: dict[str, Comparison]) -> str:
    directions = [comparison.direction for comparison in compared.values()]
    return (
        f"In {measure}, ELU decidedly reaches {directions.count(-1)} of {text.count(len(directions), 'level')} "
        f"earlier than ReLU, {directions.count(1)} later; {directions.count(0)} undecided (Holm over the levels)."
    )


def _level_sentence(experiment: Experiment, level: Level, measure: Measure) -> str:
    parts = [
        f"{experiment.label(variant)} {text.times(list(times.values()))}"
        for variant, times in level.times[measure].items()
        if times
    ]
    return f"{measure.capitalize()} until {level.name}: {', '.join(parts)}." if parts else ""


def makes_up_for_the_step(experiment: Experiment) -> Claim:
    """Claim 10: claims 1 and 9 together, in seconds."""
    made = final_error_levels(experiment, RELU)
    comparisons = [c for level in made for c in elu_against_relu(experiment, level.times[Measure.SECONDS])]
    evidence = [_level_sentence(experiment, level, Measure.SECONDS) for level in made]
    return judged(
        10,
        "Faster convergence makes up for the slower step.",
        Question(_EARLIER, "seconds until ReLU’s final test error", 0),
        experiment,
        comparisons,
        "needs seconds rows of one device",
        [*filter(None, evidence), *filter(None, [divergence(experiment, comparisons, _NEVER_REACHES)])],
    )
