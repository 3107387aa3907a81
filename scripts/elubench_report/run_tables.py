"""The tables of what was run: every run, its environment, its settings."""

from __future__ import annotations

import math

import numpy as np

from elubench_report import text
from elubench_report.curves import test_error
from elubench_report.experiment import Experiment, Run
from elubench_report.table_titles import titled
from elubench_report.tables import Table

_KEY_AND_VALUE = {0: 0.25, 1: 0.75}


def runs_table(experiment: Experiment) -> Table:
    """Every run that is there, with its status: none is left out."""
    header = ["run", "status", "iterations", "test error (%)", "seconds", "images a second"]
    return Table(
        "runs",
        titled(experiment, "All runs"),
        header,
        [_run_row(run) for run in experiment.runs],
        ["Iterations done of planned; seconds of training alone; images a second: the median."],
        long=True,
        shares={0: 0.62, 1: 0.38},
    )


def _run_row(run: Run) -> list[str]:
    done = max((int(s.iterations[-1]) for s in run.metrics.series.values() if len(s)), default=0)
    error = test_error(run).at(run.iterations) if run.finished else None
    clock, rate = run.metrics.get("train", "seconds").values, run.metrics.get("train", "images_per_second").values
    return [
        run.name.removeprefix("runs/"),
        run.status,
        f"{text.number(done, 0)} of {text.number(run.iterations, 0)}",
        text.number(error),
        text.number(float(clock[-1]) if len(clock) else None, 0),
        text.number(float(np.median(rate)) if len(rate) else None, 1),
    ]


def environment_table(experiment: Experiment) -> Table:
    """What every session recorded: one value, or each value with the number of sessions."""
    sessions = [session for run in experiment.runs for session in run.sessions]
    keys = list(dict.fromkeys(key for session in sessions for key in session))
    rows = [[key, _values([_flat(session.get(key)) for session in sessions if key in session])] for key in keys]
    note = f"{text.count(len(sessions), 'session')}: a session is a start or a resume of a run."
    return Table(
        "environment",
        titled(experiment, "Environment"),
        ["key", "value"],
        rows,
        [note],
        prose=True,
        long=True,
        shares=_KEY_AND_VALUE,
    )


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_flat, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(values: list[str]) -> str:
    distinct = sorted(set(values), key=_as_number_or_text)
    if len(distinct) == 1:
        return distinct[0]
    if len(distinct) > 4:
        return f"{distinct[0]} … {distinct[-1]} ({len(distinct)} values)"
    return "; ".join(f"{value} ({values.count(value)} ×)" for value in distinct)


def _as_number_or_text(value: str) -> tuple[float, str]:
    """To sort by: numbers by their size, before texts."""
    try:
        number = float(value)
    except ValueError:
        number = math.inf
    return (math.inf if math.isnan(number) else number), value


def specification_table(experiment: Experiment) -> Table:
    """Every setting that decides what the runs computed, defaults written out, from run.toml."""
    keys: dict[str, list[str]] = {}
    for run in experiment.runs:
        for table, settings in run.specification.items():
            for key, value in settings.items() if isinstance(settings, dict) else []:
                keys.setdefault(f"{table}.{key}", []).append(_setting(value))
    rows = [[key, _values(values)] for key, values in keys.items()]
    title = titled(experiment, "Every setting, defaults written out")
    return Table("settings", title, ["key", "value"], rows, prose=True, long=True, shares=_KEY_AND_VALUE)


def _setting(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_setting, value)) + "]"
    return (
        str(value).lower()
        if isinstance(value, bool)
        else f"{value:.12g}"
        if isinstance(value, float)
        else str(value)
    )
