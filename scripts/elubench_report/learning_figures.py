"""The figures of test error and training loss over training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from elubench_report.convergence import is_timed
from elubench_report.curves import Curve, mean_curve, test_error, training_loss
from elubench_report.drawing import Cell, Figure, canvas, complete, height_for, label_room
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.metrics import Series
from elubench_report.reference import Reference
from elubench_report.style import (
    INK,
    ONE_COLUMN,
    PAPER_STYLE,
    RC,
    THOUSANDS,
    EndLabel,
    colour,
    label_ends,
    line_style,
    nice_step,
    time_unit,
)

CURVE_HEADER = ["curve", "source", "iteration", "seconds", "mean", "low", "high", "runs"]
FEW_POINTS = 15  # then every point gets a marker
_LONG = 20000  # iterations from which on the second half is drawn by itself, too


@dataclass(frozen=True)
class CurveLine:
    variant: Variant
    label: str
    curve: Curve
    paper: Series | None = None


def learning_curves(experiment: Experiment, reference: Reference | None) -> list[Figure]:
    """Test error and training loss against iterations and seconds; for a long run the second half again."""
    paper_error = reference.test_error if reference else {}
    paper_loss = reference.training_loss if reference else {}
    error, loss = "test error (%)", "training loss (nats)"
    with matplotlib.rc_context(RC):
        figures = [
            _curves(experiment, "test_error_iterations", "Test error", error, test_error, paper_error, reference),
            _curves(
                experiment, "training_loss_iterations", "Training loss", loss, training_loss, paper_loss, reference
            ),
            _curves(experiment, "test_error_seconds", "Test error by time", error, test_error, None, None),
            _curves(experiment, "training_loss_seconds", "Training loss by time", loss, training_loss, None, None),
        ]
        last = max(run.iterations for run in experiment.runs)
        if last >= _LONG:
            figures.append(
                _curves(
                    experiment,
                    "test_error_second_half",
                    "Test error, second half",
                    error,
                    test_error,
                    paper_error,
                    reference,
                    start=last // 2,
                )
            )
    return [figure for figure in figures if figure is not None]


def _curves(
    experiment: Experiment,
    key: str,
    title: str,
    axis: str,
    series_of: Callable[[Run], Series],
    paper: dict[Variant, Series] | None,
    reference: Reference | None,
    start: int = 0,
) -> Figure | None:
    by_time = paper is None
    lines = list(lines_of(experiment, series_of, paper or {}, by_time))
    if not lines:
        return None
    figure, (axes,) = canvas(
        ONE_COLUMN, height_for(len(lines), 2.55), right=label_room([line.label for line in lines])
    )
    ends = [draw_line(axes, line, colour(experiment, line.variant), start) for line in lines]
    finish(axes, "iterations", axis, lines, start)
    if by_time:
        unit, length = time_unit(axes.get_xlim()[1])
        axes.set_xlabel(f"training time ({unit})")
        axes.xaxis.set_major_locator(MultipleLocator(length * nice_step(axes.get_xlim()[1] / length)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / length:g}"))
    label_ends(axes, [end for end in ends if end is not None])
    if reference and any(line.paper is not None for line in lines):
        _paper_legend(axes, reference)
    complete(figure, experiment.synthetic)
    caption = _curve_caption(experiment, by_time, lines, reference)
    return Figure(key, title, caption, figure, CURVE_HEADER, curve_rows(lines))


def lines_of(
    experiment: Experiment, series_of: Callable[[Run], Series], paper: dict[Variant, Series], by_time: bool
) -> Iterable[CurveLine]:
    for variant in experiment.variants:
        runs = [r for r in experiment.to_draw(variant) if not by_time or is_timed(experiment, r)]
        curve = mean_curve(runs, series_of, by_time)
        keep = np.isfinite(curve.x)
        if not len(curve) or not keep.any():
            continue
        label = experiment.label(variant)
        if not experiment.finished(variant):
            label += " (unfinished)"
        yield CurveLine(variant, label, curve, paper.get(variant))


def draw_line(axes: Axes, line: CurveLine, shade: str, start: int) -> EndLabel | None:
    curve = line.curve
    marker = "o" if len(curve) <= FEW_POINTS else ""
    style = line_style(line.variant)
    axes.plot(curve.x, curve.mean, color=shade, linestyle=style, marker=marker, zorder=3, clip_on=start > 0)
    if curve.low is not None:
        axes.fill_between(curve.x, curve.low, curve.high, color=shade, alpha=0.18, linewidth=0, zorder=2)
    if line.paper is not None:
        axes.plot(
            line.paper.iterations, line.paper.values, color=shade, linestyle=PAPER_STYLE, linewidth=1.0, zorder=2.5
        )
    finite = np.flatnonzero(np.isfinite(curve.mean) & (curve.x >= start))
    return EndLabel(float(curve.mean[finite[-1]]), line.label, shade) if len(finite) else None


def finish(axes: Axes, x_label: str, y_label: str, lines: Sequence[CurveLine], start: int) -> None:
    last = max(float(np.nanmax(line.curve.x)) for line in lines)
    axes.set_xlim(start, last if last > start else start + 1)
    axes.set_ylim(*_range(lines, start, last))
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(THOUSANDS)


def _range(lines: Sequence[CurveLine], start: float, last: float) -> tuple[float, float]:
    values = []
    for line in lines:
        curve = line.curve
        for part in (curve.mean, curve.low, curve.high):
            if part is not None:
                values.append(part[(curve.x >= start) & (curve.x <= last)])
        if line.paper is not None:
            inside = (line.paper.iterations >= start) & (line.paper.iterations <= last)
            values.append(line.paper.values[inside])
    finite = np.concatenate(values)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    margin = 0.04 * (high - low) or 0.05 * abs(high) or 0.5
    return max(low - margin, 0.0) if low >= 0 else low - margin, high + margin


def _paper_legend(axes: Axes, reference: Reference) -> None:
    handles = [Line2D([], [], color=INK), Line2D([], [], color=INK, linestyle=PAPER_STYLE, linewidth=1.0)]
    axes.legend(
        handles,
        ["this experiment", reference.short_title],
        loc="lower left",
        bbox_to_anchor=(-0.02, 0.985),
        ncols=2,
        borderaxespad=0.0,
        borderpad=0.1,
        handlelength=2.2,
        columnspacing=1.2,
    )


def _curve_caption(
    experiment: Experiment, by_time: bool, lines: Sequence[CurveLine], reference: Reference | None
) -> str:
    counts = sorted({line.curve.n for line in lines})
    parts = [f"Against {'the time of training alone, evaluation not counted' if by_time else 'iterations'}."]
    if counts == [1]:
        parts.append("One run each, so there is no band.")
    else:
        parts.append(
            f"Mean of {'–'.join(str(c) for c in sorted({counts[0], counts[-1]}))} runs and its 95 % t interval."
        )
    if by_time and experiment.clock:
        device, threads, precision = experiment.clock
        parts.append(f"Measured on {device}, {threads} threads, {precision}.")
    if reference and any(line.paper is not None for line in lines):
        parts.append(f"Dashed, in the same colours: {reference.title}, moved from the plot's axis to iterations.")
    return " ".join(parts)


def curve_rows(lines: Sequence[CurveLine]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for line in lines:
        curve, by_time = line.curve, line.curve.x is not line.curve.iterations
        for i in range(len(curve)):
            low, high = (None, None) if curve.low is None else (curve.low[i], curve.high[i])
            time = float(curve.x[i]) if by_time else None
            iteration, mean = int(curve.iterations[i]), float(curve.mean[i])
            rows.append([line.variant.text(), "this experiment", iteration, time, mean, low, high, curve.n])
        if line.paper is not None:
            rows += [
                [line.variant.text(), "paper", int(x), None, float(y), None, None, None]
                for x, y in zip(line.paper.iterations, line.paper.values, strict=True)
            ]
    return rows
