"""The tables of one experiment, and the sentence that says what came out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import reduce
from statistics import mean

import numpy as np

from elubench_report import text
from elubench_report.claim import Claim
from elubench_report.convergence import Level, final_error_level, loss_levels
from elubench_report.curves import test_error, training_loss
from elubench_report.drawing import SYNTHETIC
from elubench_report.experiment import Experiment, Run, Variant
from elubench_report.metrics import Series
from elubench_report.reference import Reference
from elubench_report.results import Comparison, Result
from elubench_report.tables import Table

_NAMED_IN_HEADLINE = 4  # more variants than that are summed up by their range
_PAPER_POINTS = 5  # iterations at which our curve is compared with the paper's


def titled(experiment: Experiment, title: str) -> str:
    """Every table of a synthetic experiment says so in its title."""
    return f"{title} ({SYNTHETIC})" if experiment.synthetic else title


def outcome(comparison: Comparison | None) -> str:
    """Whether the difference is decided, else how many more paired runs it takes."""
    if comparison is None:
        return text.ABSENT
    if comparison.decided:
        return "lower" if (comparison.paired.effect or 0) < 0 else "higher"
    more = comparison.more_runs
    return "undecided" if more is None else f"undecided, ≥ {text.count(more, 'more run')}"


def result_table(experiment: Experiment, table: Sequence[Result]) -> Table:
    """Final test error and training loss, and the difference to the baseline."""
    rows = [_result_row(experiment, result) for result in table]
    baseline = experiment.baseline.label()
    header = [
        "activation",
        "runs",
        "test error (%)",
        "training loss",
        f"less {baseline}",
        "95 % interval",
        "p",
        "p (Holm)",
        "outcome",
    ]
    return Table("results", titled(experiment, "Result at the last iteration"), header, rows, _result_notes(table))


def _result_row(experiment: Experiment, result: Result) -> list[str]:
    label, comparison = experiment.label(result.variant), result.comparison
    runs = str(len(result.errors)) + (f" of {result.runs}" if result.runs != len(result.errors) else "")
    cells = [label, runs, text.mean_and_sd(result.errors.values()), text.mean_and_sd(result.losses.values(), 3)]
    if comparison is None:
        is_baseline = result.variant.activation == experiment.baseline
        return [*cells, "baseline" if is_baseline else text.ABSENT, *[text.ABSENT] * 4]
    paired = comparison.paired
    return [
        *cells,
        text.effect(paired),
        text.interval(paired.interval),
        text.p_value(paired.p),
        text.p_value(comparison.p_adjusted),
        outcome(comparison),
    ]


def _result_notes(table: Sequence[Result]) -> list[str]:
    comparisons = [result.comparison for result in table if result.comparison]
    notes = ["Mean ± standard deviation over seeds; never the best test point."]
    if not comparisons:
        return notes
    if all(comparison.paired.n == 1 for comparison in comparisons):
        return [*notes, "One seed: a single difference has no interval and no p, and decides nothing."]
    family = text.count(comparisons[0].family, "comparison")
    return [
        *notes,
        "Differences are paired over seeds, with 95 % t intervals; p: Wilcoxon signed-rank, exact, two-sided; "
        f"Holm over {family}.",
    ]


def headline(experiment: Experiment, table: Sequence[Result]) -> str:
    """One or two sentences for a reader who reads nothing else."""
    shown = [result for result in table if result.errors]
    if not shown:
        return "No run has finished yet."
    iterations = text.number(max(run.iterations for run in experiment.runs if run.finished), 0)
    sentence = f"Test error after {iterations} iterations: {_errors_in_words(experiment, shown)}."
    seeds = max(len(result.errors) for result in shown)
    if seeds == 1:
        return sentence + " One seed each, so there is no interval and nothing is decided."
    decided = [r for r in shown if r.comparison and r.comparison.decided]
    if not decided:
        return sentence + " No difference to the baseline is decided."
    if len(decided) > _NAMED_IN_HEADLINE:
        lower = sum(outcome(result.comparison) == "lower" for result in decided)
        counts = f"{lower} lower, {len(decided) - lower} higher, the others undecided"
        return f"{sentence} Against {experiment.baseline.label()}: {counts}."
    facts = [
        f"{experiment.label(r.variant)} is {outcome(r.comparison)} by "
        f"{text.number(abs(r.comparison.paired.effect), 2)} points"
        for r in decided
    ]
    return f"{sentence} Against {experiment.baseline.label()}: {text.joined(facts)}."


def _errors_in_words(experiment: Experiment, shown: Sequence[Result]) -> str:
    def words(result: Result) -> str:
        return f"{experiment.label(result.variant)} {text.mean_and_sd(result.errors.values())} %"

    if len(shown) <= _NAMED_IN_HEADLINE:
        return text.joined([words(result) for result in shown])
    ordered = sorted(shown, key=lambda result: mean(result.errors.values()))
    return f"from {words(ordered[0])} to {words(ordered[-1])} over {len(shown)} variants"


def paper_table(experiment: Experiment, reference: Reference) -> Table | None:
    """Our means beside the paper's at the same iterations, between its points by straight lines."""
    columns = ((test_error, reference.test_error, 2), (training_loss, reference.training_loss, 3))
    rows = []
    for variant in experiment.variants:
        runs = experiment.finished(variant)
        if not runs or not any(variant in curves for _, curves, _ in columns):
            continue
        for iteration in _spread_iterations(test_error(run) for run in runs):
            cells = [experiment.label(variant), text.number(iteration, 0)]
            for series_of, curves, digits in columns:
                cells += _beside_paper(
                    [series_of(run).at(iteration) for run in runs], curves.get(variant), iteration, digits
                )
            rows.append(cells)
    if not rows:
        return None
    header = [
        "activation",
        "iteration",
        "test error (%)",
        "paper",
        "difference",
        "training loss",
        "paper",
        "difference",
    ]
    note = f"Paper: {reference.title}, read off its drawing, between the points by straight lines."
    return Table("paper", titled(experiment, "Against the paper"), header, rows, [note])


def _spread_iterations(all_series: Iterable[Series]) -> list[int]:
    shared = reduce(np.intersect1d, [series.iterations for series in all_series])
    shared = shared[shared > 0]
    return (
        sorted({int(shared[round(k)]) for k in np.linspace(0, len(shared) - 1, _PAPER_POINTS)})
        if len(shared)
        else []
    )


def _beside_paper(ours: list[float | None], paper: Series | None, iteration: int, digits: int) -> list[str]:
    here = None if None in ours else float(np.mean(ours))
    inside = paper is not None and paper.iterations[0] <= iteration <= paper.iterations[-1]
    there = float(np.interp(iteration, paper.iterations, paper.values)) if inside else None
    difference = here - there if here is not None and there is not None else None
    return [text.number(here, digits), text.number(there, digits), text.number(difference, digits, True)]


def convergence_tables(experiment: Experiment) -> list[Table]:
    """Iterations and seconds until each variant stays at or below the baseline's final error, and fixed losses."""
    levels = [final_error_level(experiment, experiment.baseline), *loss_levels(experiment, experiment.baseline)]
    levels = [level for level in levels if any(level.iterations.values())]
    note = (
        "From that evaluation on every later one is at or below the level, too. Never: not within the run "
        "(censored). (9 of 10): reached in so many of the runs, and the mean is theirs. The final test error is "
        "that of the baseline's run with the same seed."
    )
    tables = []
    for key, unit, digits in (("iterations", "Iterations", 0), ("seconds", "Seconds of training", 0)):
        if any(by_seed for level in levels for by_seed in getattr(level, key).values()):
            rows = [
                [experiment.label(v), *(_times_cell(level, key, v, digits) for level in levels)]
                for v in experiment.variants
            ]
            title = titled(experiment, f"{unit} until a level is reached for good")
            header = ["activation", *(level.name for level in levels)]
            tables.append(Table(f"convergence_{key}", title, header, rows, [note]))
    return tables


def _times_cell(level: Level, key: str, variant: Variant, digits: int) -> str:
    return text.times(list(getattr(level, key).get(variant, {}).values()), digits)


def claims_table(experiment: Experiment, claims: Sequence[Claim]) -> Table:
    """One row a claim."""
    rows = [
        [
            f"{c.number}. {c.statement}",
            c.verdict + (f" ({c.qualifier})" if c.qualifier else ""),
            c.effect,
            c.interval,
            c.pairs,
            c.p,
        ]
        for c in claims
    ]
    header = ["claim", "verdict", "effect", "95 % interval", "pairs", "p (Holm)"]
    return Table("claims", titled(experiment, "The claims about ELU"), header, rows, prose=True)


def runs_table(experiment: Experiment) -> Table:
    """Every run that is there, with its status: none is left out."""
    header = ["run", "status", "iterations", "test error (%)", "seconds", "images a second"]
    return Table(
        "runs",
        titled(experiment, "All runs"),
        header,
        [_run_row(run) for run in experiment.runs],
        ["Iterations done of planned; seconds of training alone; images a second: the median."],
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
    return Table("environment", titled(experiment, "Environment"), ["key", "value"], rows, [note], prose=True)


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_flat, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _values(values: list[str]) -> str:
    distinct = sorted(set(values))
    if len(distinct) == 1:
        return distinct[0]
    if len(distinct) > 4:
        return f"{distinct[0]} … {distinct[-1]} ({len(distinct)} values)"
    return "; ".join(f"{value} ({values.count(value)} ×)" for value in distinct)


def specification_table(experiment: Experiment) -> Table:
    """Every setting that decides what the runs computed, defaults written out, from run.toml."""
    keys: dict[str, list[str]] = {}
    for run in experiment.runs:
        for table, settings in run.specification.items():
            for key, value in settings.items() if isinstance(settings, dict) else []:
                keys.setdefault(f"{table}.{key}", []).append(_setting(value))
    rows = [[key, _values(values)] for key, values in keys.items()]
    title = titled(experiment, "Every setting, defaults written out")
    return Table("settings", title, ["key", "value"], rows, prose=True)


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


def all_tables(
    experiment: Experiment, table: Sequence[Result], reference: Reference | None, claims: Sequence[Claim]
) -> dict[str, Table]:
    """Every table by its key."""
    found = [
        result_table(experiment, table),
        paper_table(experiment, reference) if reference else None,
        *convergence_tables(experiment),
        claims_table(experiment, claims),
        runs_table(experiment),
        environment_table(experiment),
        specification_table(experiment),
    ]
    there = [item for item in found if item is not None]
    if experiment.synthetic:  # in the notes, too: LaTeX shows those, but has the title in a comment
        there = [replace(item, notes=[*item.notes, f"{SYNTHETIC[0].upper()}{SYNTHETIC[1:]}."]) for item in there]
    return {item.key: item for item in there}
