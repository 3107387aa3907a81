"""How lines are spread over panels, so that each can be told from the others.

Few lines share a panel and are labelled at their ends. Runs with and without batch normalisation have the same
colours, so each kind gets a panel. A sweep over a parameter gets a key in the parameter's order, for its lines end
close to each other. More lines than a reader can tell apart get a panel for each activation, the others in grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from elubench_report.experiment import Experiment, Variant
from elubench_report.style import ONE_COLUMN, TWO_COLUMNS, is_sweep

_WIDE = 6  # lines from which on a panel spans two columns of a paper
_MOST = 10  # lines that one figure names at their ends
_MULTIPLES = 4  # small panels beside each other


class Names(Enum):
    """Where the names of the lines stand."""

    ENDS = auto()
    KEY = auto()
    TITLES = auto()


@dataclass(frozen=True)
class Panel:
    """The variants drawn in colour, and those behind them in grey."""

    title: str
    variants: list[Variant]
    background: list[Variant] = field(default_factory=list)


@dataclass(frozen=True)
class Arrangement:
    panels: list[Panel]
    names: Names
    columns: int
    width: float  # inches

    @property
    def rows(self) -> int:
        return -(-len(self.panels) // self.columns)

    @property
    def wide(self) -> bool:
        return self.width > ONE_COLUMN

    def mixed(self, panel: Panel) -> bool:
        """Whether a panel has lines with and without batch normalisation, which then differ in their dashes."""
        return len({variant.batch_norm for variant in panel.variants}) > 1


def arrange(experiment: Experiment, variants: Sequence[Variant]) -> Arrangement:
    """The rule of the module's head."""
    shown = list(variants)
    if len(shown) > _MOST:
        return _one_an_activation(experiment, shown)
    names = Names.KEY if any(is_sweep(experiment, variant.activation) for variant in shown) else Names.ENDS
    kinds = [[v for v in shown if v.batch_norm is kind] for kind in (False, True)]
    if all(kinds):
        titles = ("without batch normalisation", "with batch normalisation")
        return Arrangement([Panel(t, k) for t, k in zip(titles, kinds, strict=True)], names, 2, TWO_COLUMNS)
    return Arrangement([Panel("", shown)], names, 1, TWO_COLUMNS if len(shown) >= _WIDE else ONE_COLUMN)


def _one_an_activation(experiment: Experiment, shown: list[Variant]) -> Arrangement:
    panels = []
    for activation in dict.fromkeys(variant.activation for variant in shown):
        mine = [variant for variant in shown if variant.activation == activation]
        others = [variant for variant in shown if variant.activation != activation]
        panels.append(Panel(experiment.label(Variant(activation)), mine, others))
    return Arrangement(panels, Names.TITLES, _MULTIPLES, TWO_COLUMNS)
