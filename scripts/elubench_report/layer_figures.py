"""The figures of what goes on inside the network, by layer."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib
import numpy as np
from matplotlib import colormaps, colors
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from elubench_report import text
from elubench_report.curves import Curve, mean_curve, probe
from elubench_report.drawing import Cell, Figure, canvas, complete
from elubench_report.experiment import Experiment, Variant
from elubench_report.layers import DIAGNOSTICS, DISPLAY_SCALE, Diagnostic, gradient_ratio_series, layers
from elubench_report.learning_figures import CURVE_HEADER, curve_axis, curve_rows, lines_of, runs_sentence
from elubench_report.line_figure import CurveLine, line_figure, marker
from elubench_report.style import FONT_SIZE, INK, RC, THOUSANDS, TWO_COLUMNS, colour, scientific


def diagnostics(experiment: Experiment) -> list[Figure]:
    """Each diagnostic across the layers at the last point; the gradient's way back; each over training."""
    recorded = {diagnostic: layers(experiment, diagnostic.metric) for diagnostic in DIAGNOSTICS}
    recorded = {diagnostic: names for diagnostic, names in recorded.items() if names}
    gradients = layers(experiment, "gradient_norm")
    with matplotlib.rc_context(RC):
        figures = [_across_layers(experiment, diagnostic, names) for diagnostic, names in recorded.items()]
        if len(gradients) > 1:
            figures.append(_gradient_ratio(experiment, gradients))
        figures += [_over_training(experiment, diagnostic, names) for diagnostic, names in recorded.items()]
    return [figure for figure in figures if figure is not None]


def _across_layers(experiment: Experiment, diagnostic: Diagnostic, names: list[str]) -> Figure | None:
    scale = DISPLAY_SCALE.get(diagnostic.metric, 1.0)
    rows: list[list[Cell]] = []
    lines = []
    for variant in experiment.variants:
        curves = [mean_curve(experiment.to_draw(variant), probe(diagnostic.metric, name)) for name in names]
        if not all(len(curve) for curve in curves):
            continue
        lines.append(CurveLine(variant, experiment.label_of_curves(variant), _last_points(curves, scale)))
        rows += _rows_across(variant, names, curves, scale)
    if not lines:
        return None

    def set_axis(axes: Axes) -> None:
        _layer_axis(axes, names)
        _value_axis(axes, diagnostic, [line.curve.mean for line in lines])

    left = 0.62 if diagnostic.logarithmic else 0.5
    figure, wide = line_figure(experiment, lines, set_axis, 2.3, left=left)
    caption = (
        f"At the last evaluation, after {_iterations_in(rows)} iterations: {diagnostic.definition}, on the probe "
        f"batch of test images in evaluation mode. {runs_sentence([line.curve for line in lines])}"
    )
    header = ["variant", "layer", "iteration", "mean", "low", "high", "runs"]
    title = f"{diagnostic.label} across layers"
    return Figure(f"{diagnostic.metric}_layers", title, caption, figure, header, rows, wide)


def _iterations_in(rows: Sequence[Sequence[Cell]]) -> str:
    iterations = sorted({row[2] for row in rows})
    return " to ".join(text.number(i, 0) for i in sorted({iterations[0], iterations[-1]}))


def _last_points(curves: Sequence[Curve], scale: float) -> Curve:
    """The last point of each layer's curve, as a curve over the layers."""
    x = np.arange(1, len(curves) + 1)
    banded = all(curve.low is not None for curve in curves)
    mean, *band = (
        scale * np.array([getattr(curve, part)[-1] for curve in curves])
        for part in (("mean", "low", "high") if banded else ("mean",))
    )
    return Curve(x, x, mean, *(band or (None, None)), min(curve.n for curve in curves))


def _rows_across(
    variant: Variant, names: Sequence[str], curves: Sequence[Curve], scale: float
) -> list[list[Cell]]:
    return [
        [
            variant.text(),
            name,
            int(curve.x[-1]),
            *(None if part is None else float(part[-1] * scale) for part in (curve.mean, curve.low, curve.high)),
            curve.n,
        ]
        for name, curve in zip(names, curves, strict=True)
    ]


def _layer_axis(axes: Axes, names: list[str]) -> None:
    axes.set_xlim(0.7, len(names) + 0.3)
    axes.set_xticks(range(1, len(names) + 1), [name.removeprefix("conv") for name in names])
    axes.set_xlabel("convolution")


def _value_axis(axes: Axes, diagnostic: Diagnostic, values: Sequence[np.ndarray]) -> None:
    axes.set_ylabel(diagnostic.axis)
    finite = np.concatenate([v[np.isfinite(v)] for v in values]) if values else np.array([])
    if diagnostic.logarithmic and (finite > 0).any():
        axes.set_yscale("log")
        decades = np.log10(finite.max() / finite[finite > 0].min())
        subs = (1.0,) if decades > 1.5 else (1.0, 2.0, 5.0) if decades > 0.7 else (1.0, 2.0, 3.0, 4.0, 6.0, 8.0)
        axes.yaxis.set_major_locator(LogLocator(subs=subs, numticks=7))
        axes.yaxis.set_major_formatter(FuncFormatter(scientific))
        axes.yaxis.set_minor_formatter(NullFormatter())
    elif diagnostic.metric == "dead_fraction":
        top = max(10.0, 1.08 * float(finite.max(initial=0.0)))
        axes.set_ylim(-0.03 * top, top)
    elif diagnostic.metric == "activation_mean":
        axes.axhline(0, color=INK, linewidth=0.6, zorder=1)


def _over_training(experiment: Experiment, diagnostic: Diagnostic, names: list[str]) -> Figure:
    scale = DISPLAY_SCALE.get(diagnostic.metric, 1.0)
    variants = [
        v
        for v in experiment.variants
        if any(len(probe(diagnostic.metric, names[0])(r)) for r in experiment.to_draw(v))
    ]
    columns = min(len(variants), 4)
    height_rows = -(-len(variants) // columns)
    width = TWO_COLUMNS if columns > 2 else 0.5 + 2.35 * columns + 0.7
    figure, panels = canvas(
        width, 0.75 + 1.55 * height_rows, height_rows, columns, right=0.62, share=True, left=0.62, gap=0.2
    )
    shades = [colors.to_hex(c) for c in colormaps["viridis"](np.linspace(0.0, 0.88, len(names)))]
    rows: list[list[Cell]] = []
    drawn: list[np.ndarray] = []
    for axes, variant in zip(panels, variants, strict=False):
        for name, shade in zip(names, shades, strict=True):
            curve = mean_curve(experiment.to_draw(variant), probe(diagnostic.metric, name))
            values = curve.mean * scale
            axes.plot(curve.x, values, color=shade, linewidth=1.0, marker=marker(variant, curve), markersize=2.5)
            drawn.append(curve.mean * scale)
            rows += [
                [variant.text(), name, int(i), float(v), curve.n]
                for i, v in zip(curve.x, curve.mean * scale, strict=True)
            ]
        axes.set_title(
            experiment.label_of_curves(variant), color=colour(experiment, variant), pad=3, fontweight="bold"
        )
    for index, axes in enumerate(panels):
        _panel(axes, diagnostic, drawn, index, columns, len(variants))
    _layer_key(figure, names, shades)
    complete(figure, experiment.synthetic)
    caption = f"Every layer, mean over runs: {diagnostic.definition}."
    header = ["variant", "layer", "iteration", "mean", "runs"]
    return Figure(
        f"{diagnostic.metric}_training",
        f"{diagnostic.label} over training",
        caption,
        figure,
        header,
        rows,
        wide=True,
    )


def _panel(
    axes: Axes, diagnostic: Diagnostic, drawn: Sequence[np.ndarray], index: int, columns: int, used: int
) -> None:
    axes.set_visible(index < used)
    _value_axis(axes, diagnostic, drawn)
    axes.xaxis.set_major_formatter(THOUSANDS)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    if index % columns:
        axes.set_ylabel("")
    if index + columns >= used:
        axes.set_xlabel("iterations")
        axes.tick_params(labelbottom=True)


def _layer_key(figure: Canvas, names: list[str], shades: list[str]) -> None:
    handles = [Line2D([], [], color=shade, linewidth=1.6) for shade in shades]
    figure.legend(
        handles,
        [name.removeprefix("conv") for name in names],
        title="layer",
        loc="center right",
        bbox_to_anchor=(1.0, 0.53),
        title_fontsize=FONT_SIZE - 1,
        handlelength=1.2,
        labelspacing=0.25,
        borderaxespad=0.3,
    )


def _gradient_ratio(experiment: Experiment, names: list[str]) -> Figure | None:
    lines = list(lines_of(experiment, lambda run: gradient_ratio_series(run, names), {}, False))
    if not lines:
        return None
    values = np.concatenate([line.curve.mean for line in lines])
    margin = 0.1 * np.ptp(values) + 0.05

    def set_axis(axes: Axes) -> None:
        curve_axis(axes, "log10 (first / last layer)", lines, 0)
        axes.set_ylim(values.min() - margin, values.max() + margin)

    figure, wide = line_figure(experiment, lines, set_axis, 2.3)
    caption = (
        f"Gradient norm of the first layer ({names[0]}) over the last one's ({names[-1]}), powers of ten: lower "
        "means that less of the gradient arrives. Layers differ in size, so compare activations, not with 0. "
        f"{runs_sentence([line.curve for line in lines])}"
    )
    title = "Gradient, first over last layer"
    return Figure("gradient_ratio", title, caption, figure, CURVE_HEADER, curve_rows(lines), wide)
