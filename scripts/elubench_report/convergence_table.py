"""How long it takes to a level: one table in iterations, one in seconds, of every activation at every level."""

from __future__ import annotations

import math

from elubench_report import text
from elubench_report.comparison import Comparison
from elubench_report.convergence import (
    Level,
    Measure,
    compare_over_levels,
    final_errors_of,
    levels,
)
from elubench_report.experiment import Experiment, Variant
from elubench_report.table_titles import batch_norm_note, titled
from elubench_report.tables import Table

_TITLES = {
    Measure.ITERATIONS: "Iterations until a level is reached for good",
    Measure.SECONDS: "Seconds of training until a level is reached for good",
}
_TENTHS_BELOW = 100.0  # seconds: shorter times are given with a decimal


def convergence_tables(experiment: Experiment) -> list[Table]:
    """Times until the baseline's final error and fixed losses, each compared with the baseline's."""
    made = levels(experiment, experiment.baseline)
    return [
        _table(experiment, made, measure)
        for measure in Measure
        if any(by_seed for level in made for by_seed in level.times[measure].values())
    ]


def _table(experiment: Experiment, made: list[Level], measure: Measure) -> Table:
    compared = compare_over_levels(made, measure, experiment.baseline)
    finite = [t for lv in made for s in lv.times[measure].values() for t in s.values() if math.isfinite(t)]
    digits = 1 if measure is Measure.SECONDS and max(finite, default=0.0) < _TENTHS_BELOW else 0
    rows = [
        [
            level.name,
            experiment.label(variant),
            text.times(list(by_seed.values()), digits),
            *_difference_cells(experiment, variant, compared.get(variant, {}).get(level.name), digits),
        ]
        for level in made
        for variant, by_seed in level.times[measure].items()
        if by_seed
    ]
    header = [
        "until",
        "activation",
        measure.value,
        f"− {experiment.baseline_label}",
        "95 % interval",
        "pairs",
        "p (Holm)",
    ]
    return Table(
        f"convergence_{measure}",
        titled(experiment, _TITLES[measure]),
        header,
        rows,
        _notes(experiment),
        long=True,
        shares={0: 0.25, 1: 0.2, 2: 0.25, 3: 0.3},
    )


def _difference_cells(
    experiment: Experiment, variant: Variant, comparison: Comparison | None, digits: int
) -> list[str]:
    if comparison is None:
        is_baseline = variant == Variant(experiment.baseline, variant.batch_norm)
        return ["baseline" if is_baseline else text.ABSENT, *[text.ABSENT] * 3]
    paired = comparison.paired
    return [
        text.effect(paired, digits),
        text.interval(paired.interval, digits),
        str(paired.n),
        text.p_value(comparison.p_adjusted),
    ]


def _notes(experiment: Experiment) -> list[str]:
    targets = final_errors_of(experiment, experiment.baseline)
    means = [f"{text.number(v)} %" + (" with batch normalisation" if bn else "") for bn, v in targets.items()]
    level = f"The final test error of {experiment.baseline_label} is the mean of its runs: " if means else ""
    return [
        *([f"{level}{text.joined(means)}."] if means else []),
        *batch_norm_note(experiment),
        "Reached: from that evaluation on every later one is at or below the level, too. Never: not within the "
        "run, or the run diverged (censored); then medians over all runs and pairs stand for the means, "
        "with an interval of the median, and a pair counts as −∞ if only the baseline's run never got there, +∞ "
        "if only the other; if neither did, it is left out.",
        "Times are known to the nearest evaluation; where all differences are equal there is no interval.",
        "p: Holm over the levels of one activation.",
    ]
