"""A figure of lines, one a variant, with their bands: curves over training, values across layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D

from elubench_report.curves import Curve
from elubench_report.drawing import canvas, complete, height_for, label_room
from elubench_report.experiment import Experiment, Variant
from elubench_report.metrics import Series
from elubench_report.panels import Arrangement, Names, Panel, arrange
from elubench_report.style import (
    BATCH_NORM_STYLE,
    FAINT_LINE,
    FONT_SIZE,
    INK,
    MARKERS,
    REFERENCE_STYLE,
    EndLabel,
    colour,
    is_sweep,
    label_ends,
)

_FEW_POINTS = 15  # then every point gets a marker
_FEW_BANDS = 4  # more bands in a panel are drawn fainter
_SMALL_HEIGHT = 1.25  # inches of a small panel


@dataclass(frozen=True)
class CurveLine:
    variant: Variant
    label: str
    curve: Curve
    reference: Series | None = None


def marker(variant: Variant, curve: Curve) -> str:
    """A function's own, at every point, where there are few points."""
    return MARKERS.get(variant.activation.name, "o") if len(curve) <= _FEW_POINTS else ""


def line_figure(
    experiment: Experiment,
    lines: Sequence[CurveLine],
    set_axis: Callable[[Axes], None],
    usual_height: float,
    start: float = 0.0,
    left: float = 0.5,
    reference: str = "",
) -> tuple[Canvas, bool]:
    """The figure, and whether it is wide. `set_axis` labels and limits one panel; `start`: the first x shown."""
    arrangement = arrange(experiment, [line.variant for line in lines])
    by_variant = {line.variant: line for line in lines}
    legend = _legend(arrangement, lines, reference)
    figure, all_axes = _canvas(arrangement, lines, usual_height, left, bool(legend))
    for index, (axes, panel) in enumerate(zip(all_axes, arrangement.panels, strict=False)):
        for variant in panel.background:
            curve = by_variant[variant].curve
            axes.plot(curve.x, curve.mean, color=FAINT_LINE, linewidth=0.7, zorder=1.5)
        for variant in panel.variants:
            style = BATCH_NORM_STYLE if arrangement.mixed(panel) and variant.batch_norm else "-"
            _draw(axes, by_variant[variant], colour(experiment, variant), style, len(panel.variants), start)
        set_axis(axes)
        _outer_labels(axes, index, arrangement)
        _name(experiment, axes, panel, [by_variant[variant] for variant in panel.variants], arrangement, start)
    for axes in all_axes[len(arrangement.panels) :]:
        axes.set_visible(False)
    if legend:
        figure.legend(
            handles=legend, loc="upper right", bbox_to_anchor=(1.0, 1.0), ncols=len(legend), borderaxespad=0.1
        )
    complete(figure, experiment.synthetic)
    return figure, arrangement.wide


def _canvas(
    arrangement: Arrangement, lines: Sequence[CurveLine], usual_height: float, left: float, legend: bool
) -> tuple[Canvas, list[Axes]]:
    top = 0.24 + (0.2 if legend and arrangement.panels[0].title else 0.0)
    shape = {"rows": arrangement.rows, "columns": arrangement.columns, "left": left, "top": top}
    if arrangement.names is Names.TITLES:
        height = 0.75 + (_SMALL_HEIGHT + 0.2) * arrangement.rows
        return canvas(arrangement.width, height, gap=0.22, share=True, **shape)
    labels = [_short(line.label, arrangement) for line in lines]
    room = label_room(labels) + (0.2 if arrangement.names is Names.KEY else 0.0)
    height = height_for(max(len(panel.variants) for panel in arrangement.panels), usual_height)
    share = len(arrangement.panels) > 1
    return canvas(arrangement.width, height + top - 0.24, right=room, gap=room + 0.1, share=share, **shape)


def _short(label: str, arrangement: Arrangement) -> str:
    return label.replace(" + BN", "") if arrangement.panels[0].title else label


def _draw(axes: Axes, line: CurveLine, shade: str, style: object, in_panel: int, start: float) -> None:
    curve = line.curve
    axes.plot(
        curve.x,
        curve.mean,
        color=shade,
        linestyle=style,
        marker=marker(line.variant, curve),
        zorder=3,
        clip_on=start > 0,
    )
    if curve.low is not None:
        faintness = 0.18 if in_panel <= _FEW_BANDS else 0.08
        axes.fill_between(curve.x, curve.low, curve.high, color=shade, alpha=faintness, linewidth=0, zorder=2)
    if line.reference is not None:
        points = line.reference
        axes.plot(
            points.iterations, points.values, color=shade, linestyle=REFERENCE_STYLE, linewidth=1.0, zorder=2.5
        )


def _outer_labels(axes: Axes, index: int, arrangement: Arrangement) -> None:
    if index % arrangement.columns:
        axes.set_ylabel("")
    lowest = index + arrangement.columns >= len(arrangement.panels)
    axes.tick_params(labelbottom=lowest)
    if not lowest:
        axes.set_xlabel("")


def _name(
    experiment: Experiment,
    axes: Axes,
    panel: Panel,
    lines: Sequence[CurveLine],
    arrangement: Arrangement,
    start: float,
) -> None:
    if arrangement.names is Names.TITLES:
        axes.set_title(panel.title, color=colour(experiment, panel.variants[0]), pad=3, fontweight="bold")
        return
    if panel.title:
        axes.set_title(panel.title, pad=4)
    if arrangement.names is Names.ENDS:
        ends = [_end(experiment, line, _short(line.label, arrangement), start) for line in lines]
        label_ends(axes, [end for end in ends if end is not None])
        return
    axes.legend(
        handles=[
            Line2D([], [], color=colour(experiment, line.variant), label=_short(line.label, arrangement))
            for line in _in_key_order(experiment, lines)
        ],
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        handlelength=1.2,
        borderaxespad=0.5,
        fontsize=FONT_SIZE - 0.5,
    )


def _in_key_order(experiment: Experiment, lines: Sequence[CurveLine]) -> list[CurveLine]:
    swept = [line for line in lines if is_sweep(experiment, line.variant.activation)]
    return [line for line in lines if line not in swept] + sorted(swept, key=lambda line: line.variant)


def _end(experiment: Experiment, line: CurveLine, label: str, start: float) -> EndLabel | None:
    curve = line.curve
    finite = np.flatnonzero(np.isfinite(curve.mean) & np.isfinite(curve.x) & (curve.x >= start))
    if not len(finite):
        return None
    last = finite[-1]
    return EndLabel(float(curve.x[last]), float(curve.mean[last]), label, colour(experiment, line.variant))


def _legend(arrangement: Arrangement, lines: Sequence[CurveLine], reference: str) -> list[Line2D]:
    entries = []
    if any(line.reference is not None for line in lines):
        entries += [("this experiment", "-", 1.4), (reference, REFERENCE_STYLE, 1.0)]
    if any(arrangement.mixed(panel) for panel in arrangement.panels):
        entries.append(("with batch normalisation", BATCH_NORM_STYLE, 1.4))
    return [Line2D([], [], color=INK, linestyle=s, linewidth=w, label=name) for name, s, w in entries]
