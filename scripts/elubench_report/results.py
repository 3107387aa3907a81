"""The result: final test error and training loss of every variant, and its difference to the baseline.

The last iteration is the result; the best test point never is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from elubench_report.activations import Activation
from elubench_report.comparison import Comparison, Values, compare, with_divergence
from elubench_report.curves import training_loss
from elubench_report.experiment import Experiment, Run, Variant


def collect(
    experiment: Experiment, number_of: Callable[[Run], float | None], with_diverged: bool = False
) -> Values:
    """One number of every finished run, and of those that diverged if asked for; where there is none, left out."""
    values: Values = {}
    for variant in experiment.variants:
        runs = [run for run in experiment.of(variant) if run.finished or (with_diverged and run.diverged)]
        numbers = {run.seed: number_of(run) for run in runs}
        values[variant] = {seed: number for seed, number in numbers.items() if number is not None}
    return values


def final_test_error(run: Run) -> float | None:
    """Per cent, at the last iteration."""
    return run.metrics.get("test", "error").at(run.iterations)


def final_training_loss(run: Run) -> float | None:
    """Nats, the mean over the iterations since the evaluation before the last."""
    series = training_loss(run)
    return float(series.values[-1]) if len(series) else None


def compare_errors(experiment: Experiment, reference: Activation) -> list[Comparison]:
    """Final test errors against the reference's; runs that diverged have none, and are counted beside."""
    return with_divergence(experiment, compare(collect(experiment, final_test_error), reference))


@dataclass(frozen=True)
class Result:
    """One row of the result table."""

    variant: Variant
    runs: int  # all, finished or not
    errors: dict[int, float]  # final test error by seed
    losses: dict[int, float]  # final training loss by seed
    comparison: Comparison | None  # None for the baseline, and where there is no pair


def results(experiment: Experiment) -> list[Result]:
    """A row a variant, in the experiment's order."""
    errors = collect(experiment, final_test_error)
    losses = collect(experiment, final_training_loss)
    comparisons = {c.subject: c for c in compare_errors(experiment, experiment.baseline)}
    return [
        Result(v, len(experiment.of(v)), errors[v], losses[v], comparisons.get(v)) for v in experiment.variants
    ]
