"""The figures of test error and training loss over training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, MultipleLocator

from elubench_report.convergence import is_timed
from elubench_report.curves import RUNS_WITH_RANGE, Curve, mean_curve, test_error, training_loss
from elubench_report.drawing import Cell, Figure
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.line_figure import CurveLine, line_figure
from elubench_report.metrics import Series
from elubench_report.reference import Reference
from elubench_report.style import RC, THOUSANDS, nice_step, time_unit

CURVE_HEADER = ["curve", "source", "iteration", "seconds", "mean", "low", "high", "runs"]
_LONG = 20000  # iterations from which on the second half is drawn by itself, too


def learning_curves(experiment: Experiment, reference: Reference | None) -> list[Figure]:
    """Test error and training loss against iterations and seconds; for a long run the second half again."""
    their_errors = reference.test_error if reference else {}
    their_losses = reference.losses_beside(experiment) if reference else {}
    error, loss = "test error (%)", "training loss (nats)"
    with matplotlib.rc_context(RC):
        figures = [
            _curves(experiment, "test_error_iterations", "Test error", error, test_error, their_errors, reference),
            _curves(
                experiment,
                "training_loss_iterations",
                "Training loss",
                loss,
                training_loss,
                their_losses,
                reference,
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
                    their_errors,
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
    theirs: dict[Variant, Series] | None,
    reference: Reference | None,
    start: int = 0,
) -> Figure | None:
    by_time = theirs is None
    lines = list(lines_of(experiment, series_of, theirs or {}, by_time))
    if not lines:
        return None

    def set_axis(axes: Axes) -> None:
        curve_axis(axes, axis, lines, start)
        if by_time:
            _time_axis(axes)

    short_title = reference.short_title if reference else ""
    figure, wide = line_figure(experiment, lines, set_axis, 2.55, start, reference=short_title)
    caption = _curve_caption(experiment, series_of, by_time, lines, reference)
    return Figure(
        key, title, caption, figure, CURVE_HEADER, curve_rows(lines, reference.source if reference else ""), wide
    )


def _time_axis(axes: Axes) -> None:
    unit, length = time_unit(axes.get_xlim()[1])
    axes.set_xlabel(f"training time ({unit})")
    axes.xaxis.set_major_locator(MultipleLocator(length * nice_step(axes.get_xlim()[1] / length)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / length:g}"))


def lines_of(
    experiment: Experiment, series_of: Callable[[Run], Series], theirs: dict[Variant, Series], by_time: bool
) -> Iterable[CurveLine]:
    for variant in experiment.variants:
        runs = [r for r in experiment.to_draw(variant) if not by_time or is_timed(experiment, r)]
        curve = mean_curve(runs, series_of, by_time)
        keep = np.isfinite(curve.x)
        if not len(curve) or not keep.any():
            continue
        yield CurveLine(variant, experiment.label_of_curves(variant), curve, theirs.get(variant))


def curve_axis(axes: Axes, y_label: str, lines: Sequence[CurveLine], start: int) -> None:
    last = max(float(np.nanmax(line.curve.x)) for line in lines)
    axes.set_xlim(start, last if last > start else start + 1)
    axes.set_ylim(*_range(lines, start, last))
    axes.set_xlabel("iterations")
    axes.set_ylabel(y_label)
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    ticks = max(2, min(6, round(axes.get_position().width * axes.figure.get_figwidth() / 0.38)))
    axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(THOUSANDS)


def _range(lines: Sequence[CurveLine], start: float, last: float) -> tuple[float, float]:
    values = []
    for line in lines:
        curve = line.curve
        for part in (curve.mean, curve.low, curve.high):
            if part is not None:
                values.append(part[(curve.x >= start) & (curve.x <= last)])
        if line.reference is not None:
            inside = (line.reference.iterations >= start) & (line.reference.iterations <= last)
            values.append(line.reference.values[inside])
    finite = np.concatenate(values)
    finite = finite[np.isfinite(finite)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    margin = 0.04 * (high - low) or 0.05 * abs(high) or 0.5
    return max(low - margin, 0.0) if low >= 0 else low - margin, high + margin


def _curve_caption(
    experiment: Experiment,
    series_of: Callable[[Run], Series],
    by_time: bool,
    lines: Sequence[CurveLine],
    reference: Reference | None,
) -> str:
    parts = [f"Against {'the time of training alone, evaluation not counted' if by_time else 'iterations'}."]
    parts.append(runs_sentence([line.curve for line in lines]))
    if by_time and experiment.clock:
        parts.append(f"Measured on {', '.join(experiment.clock)}.")
    if reference and any(line.reference is not None for line in lines):
        moved = ", moved from the plot's axis to iterations" if reference.skew else ""
        parts.append(f"Dashed, in the same colours: {reference.title}{moved}.")
    elif reference and series_of is training_loss and not by_time:
        parts += filter(None, [reference.losses_left_out(experiment)])
    return " ".join(parts)


def runs_sentence(curves: Sequence[Curve]) -> str:
    """Of how many runs the curves are means, and what their bands are."""
    counts = sorted({curve.n for curve in curves})
    if counts == [1]:
        return "One run each, so there is no band."
    runs = "–".join(str(c) for c in sorted({counts[0], counts[-1]}))
    bands = ["its 95 % t interval"] if counts[-1] > RUNS_WITH_RANGE else []
    bands += ["both runs as a band"] if RUNS_WITH_RANGE in counts else []
    return f"Mean of {runs} runs and {' or, of two, '.join(bands)}."


def curve_rows(lines: Sequence[CurveLine], source: str = "") -> list[list[Cell]]:
    """`source` names where the curves are from that are drawn beside."""
    rows: list[list[Cell]] = []
    for line in lines:
        curve, by_time = line.curve, line.curve.x is not line.curve.iterations
        for i in range(len(curve)):
            low, high = (None, None) if curve.low is None else (curve.low[i], curve.high[i])
            time = float(curve.x[i]) if by_time else None
            iteration, mean = int(curve.iterations[i]), float(curve.mean[i])
            rows.append([line.variant.text(), "this experiment", iteration, time, mean, low, high, curve.n])
        if line.reference is not None:
            rows += [
                [line.variant.text(), source, int(x), None, float(y), None, None, None]
                for x, y in zip(line.reference.iterations, line.reference.values, strict=True)
            ]
    return rows
