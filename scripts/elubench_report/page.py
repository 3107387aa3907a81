"""Draws one experiment's report folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from elubench_report import text
from elubench_report.activations import FUNCTIONS
from elubench_report.checks import warnings
from elubench_report.claims import judge
from elubench_report.definitions import DEFINITIONS
from elubench_report.drawing import SYNTHETIC, Figure
from elubench_report.experiment import Experiment, has_runs, read_experiment
from elubench_report.layer_figures import diagnostics
from elubench_report.learning_figures import learning_curves
from elubench_report.reference import Reference, read_reference, reference_of
from elubench_report.report_folder import replacement, report_folders
from elubench_report.result_table import headline
from elubench_report.results import Result, results
from elubench_report.single_figures import differences, elu_curve
from elubench_report.summary import all_tables
from elubench_report.tables import Table

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Report:
    """What was drawn."""

    experiment: Experiment
    folder: Path
    results: list[Result]
    tables: dict[str, Table]
    warnings: list[str]

    @property
    def index(self) -> Path:
        return self.folder / "index.html"


def draw_all(
    experiments: Sequence[Experiment], out: Path | None = None, beside: Experiment | None = None
) -> list[Report]:
    """Draws every report, once it is sure that each may take the place of what is there.

    `beside` is drawn beside each in place of what its recipe names as its reference.
    """
    folders = report_folders(experiments, out)
    return [_draw(experiment, folder, beside) for experiment, folder in zip(experiments, folders, strict=True)]


def draw(experiment: Experiment) -> Report:
    """Writes the whole report to <experiment>/report/ in place of the one that was there."""
    return draw_all([experiment])[0]


def _draw(experiment: Experiment, folder: Path, beside: Experiment | None) -> Report:
    table = results(experiment)
    found = warnings(experiment)
    reference = reference_of(beside) if beside else _reference(experiment, found)
    claims = judge(experiment)
    tables = all_tables(experiment, table, reference, claims)
    figures = {
        "difference": differences(experiment, table),
        "curves": learning_curves(experiment, reference),
        "layers": diagnostics(experiment),
        "function": [elu_curve()],
    }
    if experiment.synthetic:
        figures = {place: [figure.of_synthetic_images() for figure in group] for place, group in figures.items()}
    context = {
        "experiment": experiment,
        "headline": headline(experiment, table),
        "warnings": found,
        "claims": claims,
        "tables": tables,
        "figures": figures,
        "reference": reference,
        "definitions": DEFINITIONS,
        "synthetic": SYNTHETIC if experiment.synthetic else "",
        "functions": json.dumps([asdict(f) for f in FUNCTIONS], ensure_ascii=False, sort_keys=True),
    }
    _write(folder, context, [figure for group in figures.values() for figure in group], tables)
    return Report(experiment, folder, table, tables, found)


def _reference(experiment: Experiment, found: list[str]) -> Reference | None:
    """What the recipe names: curves of the paper, or another experiment, by a path from this one's folder."""
    key = experiment.recipe.get("reference")
    if not key or key == "none":
        return None
    if "/" in str(key):
        if has_runs(other := experiment.folder / str(key)):
            return reference_of(read_experiment(other))
        found.append(f"The curves of {key} are not drawn: there are no runs.")
        return None
    reference = read_reference(str(key))
    others = sorted(experiment.data_sets - {reference.data_set})
    if others:
        found.append(
            f"The paper's curves ({key}) are not drawn: they are of {reference.data_set}, there are runs on "
            f"{text.joined(others)}."
        )
        return None
    return reference


def _write(folder: Path, context: dict[str, Any], figures: list[Figure], tables: dict[str, Table]) -> None:
    with replacement(folder) as fresh:
        (fresh / "figures").mkdir()
        (fresh / "tables").mkdir()
        for figure in figures:
            figure.write(fresh / "figures")
        for table in tables.values():
            (fresh / "tables" / f"{table.key}.tex").write_text(table.latex(), encoding="utf-8")
        for name in ("index.html", "report.md"):
            (fresh / name).write_text(_render(f"{name}.jinja", context), encoding="utf-8")


def _render(template: str, context: dict[str, Any]) -> str:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=template.startswith("index.html"),
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(**context)
