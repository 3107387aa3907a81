"""When a run first stays at or below a level, in iterations and seconds.

A level is one number for all runs that are compared: were each run of the baseline measured against its own last
point, it would always get there, and its rivals would not. Never reached is infinite (censored), and so is a run
that diverged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from elubench_report.activations import Activation
from elubench_report.comparison import Comparison, Values, compare_pairs, pairs_of
from elubench_report.curves import seconds, test_error, training_loss
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.metrics import Series
from elubench_report.results import collect, final_test_error

LOSS_LEVELS = (4.0, 3.0, 2.0, 1.5, 1.0, 0.75, 0.5, 0.4)


class Measure(StrEnum):
    """In what the way to a level is measured."""

    ITERATIONS = "iterations"
    SECONDS = "seconds"


@dataclass(frozen=True)
class Level:
    """Iterations and seconds until each run stays at or below one level."""

    name: str
    times: dict[Measure, Values]


def first_stays(series: Series, level: float) -> float:
    """The iteration of the first point from which on all are at or below `level`; infinite where none is."""
    # A value that is not a number is not below anything.
    above = np.flatnonzero(~(series.values <= level))
    first = 0 if not len(above) else int(above[-1]) + 1
    return float(series.iterations[first]) if first < len(series) else math.inf


def levels(experiment: Experiment, reference: Activation) -> list[Level]:
    """The final test error of the reference, where it has one, and the fixed training losses."""
    return final_error_levels(experiment, reference) + loss_levels(experiment)


def final_errors_of(experiment: Experiment, reference: Activation) -> dict[bool, float]:
    """The level: the mean final test error over the reference's runs, without and with batch normalisation."""
    finals = collect(experiment, final_test_error)
    return {
        variant.batch_norm: float(np.mean(list(by_seed.values())))
        for variant, by_seed in finals.items()
        if variant.activation == reference and by_seed
    }


def final_error_levels(experiment: Experiment, reference: Activation) -> list[Level]:
    """Until the test error stays at or below that of the reference's runs; none where they have no result."""
    targets = final_errors_of(experiment, reference)

    def reached(run: Run) -> float | None:
        target = targets.get(run.variant.batch_norm)
        return None if target is None else first_stays(test_error(run), target)

    label = experiment.label(Variant(reference))
    return [_level(experiment, f"final test error of {label}", reached)] if targets else []


def loss_levels(experiment: Experiment) -> list[Level]:
    """Until the training loss stays at or below fixed levels: those that at least one run reaches."""
    made = [
        _level(
            experiment, f"training loss {level:g}", lambda run, level=level: first_stays(training_loss(run), level)
        )
        for level in LOSS_LEVELS
    ]
    return [level for level in made if _is_reached(level)]


def _is_reached(level: Level) -> bool:
    return any(math.isfinite(t) for by_seed in level.times[Measure.ITERATIONS].values() for t in by_seed.values())


def _level(experiment: Experiment, name: str, reached: Callable[[Run], float | None]) -> Level:
    def iterations(run: Run) -> float | None:
        return math.inf if run.diverged else reached(run)

    found = collect(experiment, iterations, with_diverged=True)

    def clocked(run: Run) -> float | None:
        iteration = found[run.variant].get(run.seed) if is_timed(experiment, run) else None
        return iteration if iteration is None or math.isinf(iteration) else seconds_at(run, iteration)

    return Level(
        name, {Measure.ITERATIONS: found, Measure.SECONDS: collect(experiment, clocked, with_diverged=True)}
    )


def seconds_at(run: Run, iteration: float) -> float:
    """Seconds of training up to an iteration."""
    return float(seconds(run, np.array([iteration]))[0])


def is_timed(experiment: Experiment, run: Run) -> bool:
    """Whether its seconds may be compared: measured where most runs were."""
    recorded = len(run.metrics.get("train", "seconds")) > 0 or run.diverged
    return recorded and run.clock is not None and run.clock == experiment.clock


def compare_over_levels(
    made: Sequence[Level], measure: Measure, reference: Activation
) -> dict[Variant, dict[str, Comparison]]:
    """Every variant's comparisons by the level's name, Holm over the levels of one variant.

    Levels that no run of the pairs reaches are left out: they compare nothing.
    """
    found: dict[Variant, dict[str, Comparison]] = {}
    all_pairs = {level.name: pairs_of(level.times[measure], reference) for level in made}
    for variant in {subject: None for pairs in all_pairs.values() for subject, _, _ in pairs}:
        mine = {
            name: item
            for name, pairs in all_pairs.items()
            for item in pairs
            if item[0] == variant and item[2].neither < item[2].n
        }
        found[variant] = dict(zip(mine, compare_pairs(list(mine.values())), strict=True))
    return found
