"""Experiments in memory from given curves, without files: for tests by hand and by simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from elubench_report.activations import parse_activation
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.metrics import Metrics, Series
from elubench_report.recipe import read_plan

_SESSION = {"device_name": "made-up processor", "threads": 2, "precision": "fp32"}


def made_up_run(
    activation: str,
    seed: int,
    errors: Sequence[float],
    losses: Sequence[float] | None = None,
    status: str = "done",
    seconds_a_step: float = 1.0,
) -> Run:
    """A run that was evaluated every 10 iterations from 10 on, with a row of training at each evaluation."""
    iterations = 10 * np.arange(1, len(errors) + 1)
    rows = {
        ("test", "error"): errors,
        ("train", "seconds"): seconds_a_step * iterations,
        **({} if losses is None else {("train", "loss"): losses}),
    }
    series = {key: Series(iterations, np.array(values, dtype=float)) for key, values in rows.items()}
    specification = {"train": {"iterations": int(iterations[-1])}}
    name = f"runs/{activation}/seed-{seed}"
    return Run(
        name, Variant(parse_activation(activation)), seed, specification, [_SESSION], status, Metrics(series)
    )


def made_up_experiment(runs: Sequence[Run], recipe: Mapping[str, object] | None = None) -> Experiment:
    """Compared with ReLU."""
    place, recipe = Path("made-up"), dict(recipe or {})
    return Experiment(place, "Made-up", recipe, "", read_plan(recipe, place), list(runs))
