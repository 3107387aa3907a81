"""What tables say about themselves: synthetic images, and what +BN variants are compared with."""

from __future__ import annotations

from elubench_report.drawing import SYNTHETIC
from elubench_report.experiment import Experiment, Variant


def titled(experiment: Experiment, title: str) -> str:
    """Every table of a synthetic experiment says so in its title."""
    return f"{title} ({SYNTHETIC})" if experiment.synthetic else title


def batch_norm_note(experiment: Experiment) -> list[str]:
    """What the differences of variants with batch normalisation are to: the column cannot say both."""
    if not any(variant.batch_norm for variant in experiment.variants):
        return []
    opposite = experiment.label(Variant(experiment.baseline, True))
    return [
        f"Rows with + BN (batch normalisation) are compared with {opposite}, the others with "
        f"{experiment.baseline_label}."
    ]
