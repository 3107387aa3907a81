"""The figures that stand by themselves: differences to the baseline, and the function."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np

from elubench_report import text
from elubench_report.activations import Activation
from elubench_report.drawing import Cell, Figure, canvas, complete
from elubench_report.experiment import Experiment
from elubench_report.results import Result
from elubench_report.style import (
    FONT_SIZE,
    INK,
    ONE_COLUMN,
    RC,
    TWO_COLUMNS,
    colour,
)


def differences(experiment: Experiment, table: Sequence[Result]) -> list[Figure]:
    """The differences in final test error to the baseline, with their intervals; nothing where there are none."""
    compared = [r for r in table if r.comparison and r.comparison.paired.n]
    shown = [r for r in compared if r.comparison.paired.interval]
    if not shown:
        return []
    with matplotlib.rc_context(RC):
        labels = [experiment.label(result.variant) for result in shown]
        figure, (axes,) = canvas(
            ONE_COLUMN, 0.75 + 0.22 * len(shown), left=0.12 + 0.068 * max(map(len, labels)), right=0.1
        )
        rows: list[list[Cell]] = []
        for place, result in enumerate(shown):
            paired = result.comparison.paired
            bounds, shade = paired.interval, colour(experiment, result.variant)
            axes.plot([bounds.low, bounds.high], [place, place], color=shade, linewidth=2, solid_capstyle="butt")
            axes.plot(
                paired.differences, [place + 0.22] * paired.n, "|", color=shade, markersize=4, markeredgewidth=0.7
            )
            axes.plot(paired.effect, place, "o", color=shade, markersize=4.5)
            rows += [
                [result.variant.text(), seed, difference, paired.effect, bounds.low, bounds.high]
                for seed, difference in zip(paired.seeds, paired.differences, strict=True)
            ]
        axes.axvline(0, color=INK, linewidth=0.6)
        axes.set_yticks(range(len(shown)), labels)
        axes.set_ylim(len(shown) - 0.4, -0.6)
        axes.grid(axis="y", visible=False)
        axes.grid(axis="x", visible=True)
        axes.set_xlabel(f"difference of test error to {experiment.baseline_label} (points)")
        complete(figure, experiment.synthetic)
    caption = (
        f"Of final test error, to that of {experiment.baseline_label} with the same seed: mean with its "
        "95 % paired t interval, and every pair (strokes). Left of 0 is better than the baseline."
    )
    without = [experiment.label(r.variant) for r in compared if r not in shown]
    if without:
        caption += f" Not drawn, without an interval: {text.joined(without)}."
    header = ["variant", "seed", "difference", "mean", "low", "high"]
    return [Figure("difference", "Difference to the baseline", caption, figure, header, rows)]


def elu_curve() -> Figure:
    """f and f' of ELU for three alpha: what the page shows without JavaScript."""
    x = np.linspace(-5, 3, 321)
    rows: list[list[Cell]] = []
    with matplotlib.rc_context(RC):
        figure, panels = canvas(TWO_COLUMNS * 0.8, 2.4, 1, 2, right=0.55)
        for alpha, shade in ((0.5, "#E69F00"), (1.0, "#D55E00"), (2.0, "#8A2B00")):
            elu = Activation("elu", (("alpha", alpha),))
            for axes, values in zip(panels, (elu.value(x), elu.derivative(x)), strict=True):
                axes.plot(x[x <= 0], values[x <= 0], color=shade)
            label = {"s": f"α = {alpha:g}", "color": shade, "fontsize": FONT_SIZE - 1}
            panels[0].text(-4.95, -alpha + 0.1, va="bottom", **label)
            panels[1].text(0.15, alpha if alpha != 1 else 1.1, va="center" if alpha != 1 else "bottom", **label)
            rows += [
                [alpha, float(a), float(f), float(d)]
                for a, f, d in zip(x, elu.value(x), elu.derivative(x), strict=True)
            ]
        for axes, values in zip(panels, (x, np.ones_like(x)), strict=True):  # whatever alpha is
            axes.plot(x[x >= 0], values[x >= 0], color=INK)
        for axes, label in zip(panels, ("f(x)", "f′(x)"), strict=True):
            axes.set_xlabel("x")
            axes.set_ylabel(label)
            axes.set_xlim(-5, 3)
            axes.axvline(0, color=INK, linewidth=0.5, zorder=1)
            axes.grid(visible=False)  # lines would strike through the labels
        panels[0].axhline(0, color=INK, linewidth=0.5, zorder=1)
        panels[1].set_ylim(-0.08, 2.15)
        complete(figure, synthetic=False)
    caption = (
        "f falls to −α, and is x for x > 0 whatever α is; f′ is continuous at 0 for α = 1 only, where both sides "
        "give 1."
    )
    return Figure(
        "elu_curve", "ELU and its derivative", caption, figure, ["alpha", "x", "f", "derivative"], rows, wide=True
    )
