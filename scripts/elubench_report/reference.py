"""What an experiment's curves are drawn beside.

The paper's own curves, as results/paper/references.toml describes them, or those of another experiment.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from elubench_report import text
from elubench_report.activations import parse_activation
from elubench_report.curves import loss_window, mean_curve, test_error, training_loss
from elubench_report.errors import ReportError
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.metrics import Series
from elubench_report.statistics import Sample

_DATA_SET = "cifar-100"  # of figures 4 and 5, unless a reference names another (`data_set`)
PAPER_SOURCE = "paper"
PAPER = Path(__file__).resolve().parents[2] / "results" / "paper"


@dataclass(frozen=True)
class Reference:
    """Curves to draw beside the experiment's, by metric, in iterations: a figure of the paper, or other runs."""

    source: str  # what figures' CSVs call the curves: PAPER_SOURCE, or the other experiment's name
    title: str
    short_title: str
    data_set: str
    skew: str  # how a figure's axis was read; empty for other runs
    test_error: dict[Variant, Series]
    training_loss: dict[Variant, Series]
    loss_window: int | None  # iterations that each of these losses is a mean of
    final: dict[Variant, Sample] = field(default_factory=dict)  # test error that the paper prints, in per cent
    final_iteration: int | None = None  # of which it is
    experiment: Experiment | None = None  # whose curves they are, where they are not the paper's

    def losses_beside(self, experiment: Experiment) -> dict[Variant, Series]:
        """Its training losses, if all of the experiment's are means of as many iterations; else none.

        While the loss falls, a mean of fewer iterations is lower: it would look like faster learning.
        """
        drawn = [run for variant in experiment.variants for run in experiment.to_draw(variant)]
        window = loss_window(drawn)
        return self.training_loss if window is not None and window == self.loss_window else {}

    def losses_left_out(self, experiment: Experiment) -> str:
        """Why there are none; empty where there are, or where the reference has no losses."""
        if not self.training_loss or self.losses_beside(experiment):
            return ""
        return (
            "Its training losses are left out, for they and those of these runs are not all means of as many "
            "iterations."
        )


def reference_of(experiment: Experiment) -> Reference:
    """The mean curves of another experiment."""

    def curves(series_of: Callable[[Run], Series]) -> dict[Variant, Series]:
        means = {v: mean_curve(experiment.to_draw(v), series_of) for v in experiment.variants}
        return {v: Series(c.iterations, c.mean) for v, c in means.items() if len(c)}

    return Reference(
        source=experiment.name,
        title=f"{experiment.title} ({experiment.name})",
        short_title=experiment.name,
        data_set=text.joined(sorted(experiment.data_sets)),
        skew="",
        test_error=curves(test_error),
        training_loss=curves(training_loss),
        loss_window=loss_window([run for v in experiment.variants for run in experiment.to_draw(v)]),
        experiment=experiment,
    )


def read_reference(key: str, folder: Path = PAPER) -> Reference:
    """Reads the curves under `key`; an unknown key names those that there are."""
    table = tomllib.loads((folder / "references.toml").read_text(encoding="utf-8"))
    if key not in table:
        raise ReportError(f"reference '{key}' is unknown; known in {folder}: {', '.join(sorted(table))}")
    entry = table[key]
    columns = _read_columns(folder / entry["file"])
    axis = columns[entry["axis_column"]] * entry["axis_unit"]
    found: dict[str, dict[Variant, Series]] = {"test_error": {}, "training_loss": {}}
    final: dict[Variant, Sample] = {}
    for curve in entry["curve"]:
        variant = Variant(parse_activation(curve["activation"]), curve.get("batch_norm", False))
        if "final" in curve:
            printed = curve["final"]
            final[variant] = Sample(printed["mean"], printed["sd"], printed["runs"])
        for metric, curves in found.items():
            if metric in curve:
                curves[variant] = _to_iterations(axis, columns[curve[metric]], entry["skew"][metric])
    return Reference(
        PAPER_SOURCE,
        entry["title"],
        entry["short_title"],
        entry.get("data_set", _DATA_SET),
        entry["skew"]["explanation"],
        **found,
        loss_window=entry.get("loss_window"),
        final=final,
        final_iteration=entry.get("final_iteration"),
    )


def _to_iterations(axis: np.ndarray, values: np.ndarray, anchors: list[list[float]]) -> Series:
    drawn, true = np.array(anchors, dtype=float).T
    keep = np.isfinite(values) & (axis >= drawn[0]) & (axis <= drawn[-1])
    iterations = np.rint(np.interp(axis[keep], drawn, true)).astype(np.int64)
    return Series(iterations, values[keep])


def _read_columns(path: Path) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([float(row[name]) if row[name] else np.nan for row in rows]) for name in rows[0]}
