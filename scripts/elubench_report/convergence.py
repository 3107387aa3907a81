"""When a run first stays at or below a level, in iterations and seconds; never reached: infinite (censored)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from elubench_report.activations import Activation
from elubench_report.curves import seconds, test_error, training_loss
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.metrics import Series
from elubench_report.results import Comparison, Values, collect, compare

LOSS_LEVELS = (4.0, 3.0, 2.0, 1.5, 1.0, 0.75, 0.5, 0.4)


def first_stays(series: Series, level: float) -> float:
    """The iteration of the first point from which on all are at or below `level`; infinite where none is."""
    # A value that is not a number is not below anything.
    above = np.flatnonzero(~(series.values <= level))
    first = 0 if not len(above) else int(above[-1]) + 1
    return float(series.iterations[first]) if first < len(series) else math.inf


def seconds_at(run: Run, iteration: float) -> float:
    """Seconds of training up to an iteration that may be infinite."""
    return iteration if math.isinf(iteration) else float(seconds(run, np.array([iteration]))[0])


@dataclass(frozen=True)
class Level:
    """Iterations and seconds until each run stays at or below one level, compared with the reference."""

    name: str
    iterations: Values
    seconds: Values
    in_iterations: list[Comparison]
    in_seconds: list[Comparison]


def _level(experiment: Experiment, name: str, iterations: Values, reference: Activation) -> Level:
    runs = {(run.variant, run.seed): run for run in experiment.runs}
    clocked: Values = {}
    for variant, by_seed in iterations.items():
        timed = {s: (runs[variant, s], i) for s, i in by_seed.items() if _timed(experiment, runs[variant, s])}
        clocked[variant] = {seed: seconds_at(run, iteration) for seed, (run, iteration) in timed.items()}
    return Level(name, iterations, clocked, compare(iterations, reference), compare(clocked, reference))


def _timed(experiment: Experiment, run: Run) -> bool:
    return run.clock is not None and run.clock == experiment.clock and len(run.metrics.get("train", "seconds")) > 0


def final_error_level(experiment: Experiment, reference: Activation) -> Level:
    """Until the test error stays at or below the final one of the reference's run with the same seed."""
    finals = collect(experiment, lambda run: test_error(run).at(run.iterations))

    def reached(run: Run) -> float | None:
        target = finals.get(Variant(reference, run.variant.batch_norm), {}).get(run.seed)
        return None if target is None else first_stays(test_error(run), target)

    label = experiment.label(Variant(reference))
    return _level(experiment, f"final test error of {label}", collect(experiment, reached), reference)


def loss_levels(experiment: Experiment, reference: Activation) -> list[Level]:
    """Until the training loss stays at or below fixed levels: those that some but not all runs start below."""
    levels = []
    for level in LOSS_LEVELS:
        reached = collect(experiment, lambda run, level=level: first_stays(training_loss(run), level))
        times = [time for by_seed in reached.values() for time in by_seed.values()]
        if any(math.isfinite(time) for time in times):
            levels.append(_level(experiment, f"training loss {level:g}", reached, reference))
    return levels
