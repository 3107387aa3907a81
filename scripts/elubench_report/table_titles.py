"""How tables of synthetic images say that they are."""

from __future__ import annotations

from elubench_report.drawing import SYNTHETIC
from elubench_report.experiment import Experiment


def titled(experiment: Experiment, title: str) -> str:
    """Every table of a synthetic experiment says so in its title."""
    return f"{title} ({SYNTHETIC})" if experiment.synthetic else title
