"""Variants against a reference: the paired differences, Holm's adjustment, and whether that decides.

A comparison is decided where the adjusted p is below .05 and nothing contradicts it. The direction is that of the
signed ranks, which p belongs to. Where the mean (with censored pairs the median) points the other way, one or few
runs carry it, and where more runs diverged on the side that looks better, those that are left flatter it: then it
stays undecided. An interval that covers 0 beside a small p is said, but does not undo what p decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from elubench_report.activations import Activation
from elubench_report.experiment import Experiment, Variant
from elubench_report.pairing import Paired, pair
from elubench_report.sample_size import MoreRuns, more_runs
from elubench_report.statistics import SIGNIFICANCE, holm

Values = dict[Variant, dict[int, float]]  # one number a run: by variant, then by seed


class Doubt(StrEnum):
    """Why a small p does not decide; the text is the cause in a word or two."""

    MEAN = "mean disagrees"
    DIVERGED = "more runs diverged"


@dataclass(frozen=True)
class Comparison:
    """A variant against a reference, with its place among the comparisons made together."""

    subject: Variant
    reference: Variant
    paired: Paired
    p_adjusted: float | None  # Holm over the family
    family: int  # comparisons made together
    diverged: tuple[int, int] = (0, 0)  # runs of subject and reference that diverged
    better: int = -1  # the sign of a difference that speaks for the subject

    @property
    def significant(self) -> bool:
        return self.p_adjusted is not None and self.p_adjusted < SIGNIFICANCE

    @property
    def doubt(self) -> Doubt | None:
        """What keeps a small p from deciding; None where p is not small or nothing does."""
        if not self.significant:
            return None
        effect, direction = self.paired.effect, self.paired.direction
        if effect is None or np.sign(effect) != direction:
            return Doubt.MEAN
        mine, other = self.diverged
        return Doubt.DIVERGED if (mine - other) * direction * self.better > 0 else None

    @property
    def interval_covers_zero(self) -> bool:
        """Where ranks decide all the same, one or few pairs widen the interval of the mean."""
        bounds = self.paired.interval
        return self.decided and bounds is not None and bounds.low <= 0 <= bounds.high

    @property
    def decided(self) -> bool:
        return self.significant and self.doubt is None

    @property
    def direction(self) -> int:
        """-1: decidedly lower; +1: decidedly higher; 0: undecided."""
        return self.paired.direction if self.decided else 0

    @property
    def more_runs(self) -> MoreRuns | None:
        """None, too, where p is small but in doubt: more runs are not what it lacks."""
        return None if self.significant else more_runs(self.paired, self.family)


Pairs = list[tuple[Variant, Variant, Paired]]


def compare_pairs(pairs: Pairs) -> list[Comparison]:
    """Adjusts comparisons made together. Those without any pair are not part of the family."""
    made = [item for item in pairs if item[2].n > 0]
    adjusted = holm([paired.p for _, _, paired in made])
    return [Comparison(s, r, paired, p, len(made)) for (s, r, paired), p in zip(made, adjusted, strict=True)]


def pairs_of(values: Values, reference: Activation) -> Pairs:
    """Every variant with the reference activation with the same batch normalisation."""
    return [
        (variant, opposite, pair(values[variant], values[opposite]))
        for variant in values
        if (opposite := Variant(reference, variant.batch_norm)) != variant and opposite in values
    ]


def compare(values: Values, reference: Activation) -> list[Comparison]:
    """Every variant against the reference activation, Holm over all of them."""
    return compare_pairs(pairs_of(values, reference))


def with_divergence(
    experiment: Experiment, comparisons: Sequence[Comparison], better: int = -1
) -> list[Comparison]:
    """The same, with how many runs of each side diverged among the seeds that both have."""
    return [
        replace(
            c,
            diverged=(_diverged(experiment, c, c.subject), _diverged(experiment, c, c.reference)),
            better=better,
        )
        for c in comparisons
    ]


def _diverged(experiment: Experiment, comparison: Comparison, variant: Variant) -> int:
    return len(experiment.diverged_seeds(variant) & _common_seeds(experiment, comparison))


def pairs_with_divergence(experiment: Experiment, comparison: Comparison) -> int:
    """Pairs of which one or both runs diverged."""
    either = experiment.diverged_seeds(comparison.subject) | experiment.diverged_seeds(comparison.reference)
    return len(either & _common_seeds(experiment, comparison))


def _common_seeds(experiment: Experiment, comparison: Comparison) -> set[int]:
    mine, others = ({run.seed for run in experiment.of(v)} for v in (comparison.subject, comparison.reference))
    return mine & others
