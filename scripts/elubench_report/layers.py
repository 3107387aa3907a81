"""Diagnostics by layer of the probe batch, and the one number a run that the claims compare."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from elubench_report.curves import probe
from elubench_report.experiment import Experiment, Run
from elubench_report.metrics import EMPTY, Series


@dataclass(frozen=True)
class Diagnostic:
    """One quantity that is recorded for every layer."""

    metric: str
    label: str
    axis: str
    logarithmic: bool
    definition: str


DIAGNOSTICS = (
    Diagnostic(
        "activation_mean",
        "Mean activation",
        "mean activation",
        False,
        "mean of the activations of a layer over images, channels and places",
    ),
    Diagnostic(
        "activation_std",
        "Standard deviation of the activations",
        "sd of the activations",
        False,
        "standard deviation of the activations of a layer over images, channels and places",
    ),
    Diagnostic(
        "dead_fraction",
        "Dead share",
        "dead channels (%)",
        False,
        "share of the channels of a layer whose |f′| is below 0.001 for every probe image and place",
    ),
    Diagnostic(
        "gradient_norm",
        "Gradient norm",
        "gradient norm (RMS)",
        True,
        "root mean square of the loss gradient at the pre-activations of a layer",
    ),
)
DISPLAY_SCALE = {"dead_fraction": 100.0}  # recorded as a share, shown in per cent


def layers(experiment: Experiment, metric: str) -> list[str]:
    """The layers that have this metric in the runs that are drawn and compared, first to last."""
    prefix = f"{metric}/"
    names = {
        name.removeprefix(prefix)
        for variant in experiment.variants
        for run in experiment.to_draw(variant)
        for split, name in run.metrics.series
        if split == "probe" and name.startswith(prefix)
    }
    return sorted(
        names, key=lambda name: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]
    )


def matrix(run: Run, metric: str, names: list[str]) -> np.ndarray:
    """(points over training, layers); empty where the run has not recorded all of them."""
    columns = [probe(metric, name)(run).values for name in names]
    if not columns or len({len(column) for column in columns}) != 1:
        return np.empty((0, len(names)))
    return np.stack(columns, axis=1)


def gradient_ratio_series(run: Run, names: list[str]) -> Series:
    """log10 of the gradient norm of the first layer over the last one's, where that is finite."""
    ratios = _gradient_ratios(run, names)
    keep = np.isfinite(ratios.values)
    return Series(ratios.iterations[keep], ratios.values[keep])


def evaluations_without_ratio(run: Run, names: list[str]) -> int:
    """How many gradient_ratio_series leaves out: one of the two gradients is 0 there, or not finite."""
    return int((~np.isfinite(_gradient_ratios(run, names).values)).sum())


def _gradient_ratios(run: Run, names: list[str]) -> Series:
    first, last = (probe("gradient_norm", name)(run) for name in (names[0], names[-1]))
    if not np.array_equal(first.iterations, last.iterations):
        return EMPTY
    with np.errstate(divide="ignore", invalid="ignore"):
        return Series(first.iterations, np.log10(first.values / last.values))
