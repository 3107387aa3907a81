"""The result: final test error and training loss of every variant, and its difference to the baseline.

The last iteration is the result; the best test point never is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from elubench_report.activations import Activation
from elubench_report.curves import training_loss
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.statistics import SIGNIFICANCE, Paired, holm, pair

Values = dict[Variant, dict[int, float]]  # one number a run: by variant, then by seed


def collect(experiment: Experiment, number_of: Callable[[Run], float | None]) -> Values:
    """One number of every finished run; runs for which there is none are left out."""
    values: Values = {}
    for variant in experiment.variants:
        numbers = {run.seed: number_of(run) for run in experiment.finished(variant)}
        values[variant] = {seed: number for seed, number in numbers.items() if number is not None}
    return values


def final_test_error(run: Run) -> float | None:
    """Per cent, at the last iteration."""
    return run.metrics.get("test", "error").at(run.iterations)


def final_training_loss(run: Run) -> float | None:
    """Nats, the mean over the iterations since the evaluation before the last."""
    series = training_loss(run)
    return float(series.values[-1]) if len(series) else None


@dataclass(frozen=True)
class Comparison:
    """A variant against a reference, with its place among the comparisons made together."""

    subject: Variant
    reference: Variant
    paired: Paired
    p_adjusted: float | None  # Holm over the family
    family: int  # comparisons made together

    @property
    def decided(self) -> bool:
        return self.p_adjusted is not None and self.p_adjusted < SIGNIFICANCE

    @property
    def more_runs(self) -> int | None:
        return None if self.decided else self.paired.more_runs(self.family)


def compare_pairs(pairs: list[tuple[Variant, Variant, Paired]]) -> list[Comparison]:
    """Adjusts comparisons made together. Those without any pair are not part of the family."""
    made = [item for item in pairs if item[2].n > 0]
    adjusted = holm([paired.p for _, _, paired in made])
    return [Comparison(s, r, paired, p, len(made)) for (s, r, paired), p in zip(made, adjusted, strict=True)]


def compare(values: Values, reference: Activation) -> list[Comparison]:
    """Every variant against the reference activation with the same batch normalisation, Holm over all of them."""
    pairs = []
    for variant in values:
        opposite = Variant(reference, variant.batch_norm)
        if variant != opposite and opposite in values:
            pairs.append((variant, opposite, pair(values[variant], values[opposite])))
    return compare_pairs(pairs)


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
    comparisons = {c.subject: c for c in compare(errors, experiment.baseline)}
    return [
        Result(v, len(experiment.of(v)), errors[v], losses[v], comparisons.get(v)) for v in experiment.variants
    ]
