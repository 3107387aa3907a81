"""The result table, and the sentence that says what came out."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean

from elubench_report import text
from elubench_report.comparison import Comparison
from elubench_report.experiment import Experiment
from elubench_report.results import Result
from elubench_report.sample_size import MOST_FORESEEN
from elubench_report.table_titles import batch_norm_note, titled
from elubench_report.tables import Table

_NAMED_IN_HEADLINE = 4  # more variants than that are summed up by their range


def _direction(comparison: Comparison) -> str:
    return "lower" if comparison.direction < 0 else "higher"


def outcome(comparison: Comparison | None) -> str:
    """Whether the difference is decided, else what keeps it or how many more pairs of runs it takes."""
    if comparison is None:
        return text.ABSENT
    if comparison.decided:
        return _direction(comparison) + (", though the interval covers 0" * comparison.interval_covers_zero)
    if comparison.doubt:
        return f"undecided: {comparison.doubt}"
    more = comparison.more_runs
    if more is None:
        return "undecided"
    if more.number > MOST_FORESEEN:
        return f"undecided, > {MOST_FORESEEN} more pairs"
    return f"undecided, {'≥' if more.least else 'about'} {text.count(more.number, 'more pair')}"


def result_table(experiment: Experiment, table: Sequence[Result]) -> Table:
    """Final test error and training loss, and the difference to the baseline."""
    rows = [_result_row(experiment, result) for result in table]
    baseline = experiment.baseline_label
    header = [
        "activation",
        "runs",
        "test error (%)",
        "training loss",
        f"− {baseline}",
        "95 % interval",
        "p",
        "p (Holm)",
        "outcome",
    ]
    return Table(
        "results",
        titled(experiment, "Result at the last iteration"),
        header,
        rows,
        [*_result_notes(table), *batch_norm_note(experiment)],
        shares={0: 0.48, 8: 0.52},
        left_out_of_latex=(header.index("p"),),
    )


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
        return [*notes, "One pair: a single difference has no interval and no p, and decides nothing."]
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
        return (
            sentence
            + " One seed each, so there is no interval over seeds and no claim about activations is decided."
        )
    baseline = experiment.baseline_label
    decided = [r for r in shown if r.comparison and r.comparison.decided]
    if not any(r.comparison for r in shown):
        return sentence
    if not decided:
        return sentence + " No difference to the baseline is decided."
    if len(decided) > _NAMED_IN_HEADLINE:
        return f"{sentence} Against {baseline}: {_counts([r.comparison for r in shown if r.comparison])}."
    facts = [
        f"{experiment.label(r.variant)} is {_direction(r.comparison)} by "
        f"{text.number(abs(r.comparison.paired.effect), 2)} points"
        for r in decided
    ]
    return f"{sentence} Against {baseline}: {text.joined(facts)}."


def _counts(comparisons: Sequence[Comparison]) -> str:
    """`6 lower and 2 undecided`."""
    directions = [comparison.direction for comparison in comparisons]
    counts = [f"{directions.count(d)} {word}" for d, word in ((-1, "lower"), (1, "higher"), (0, "undecided"))]
    return text.joined([count for count in counts if not count.startswith("0 ")])


def _errors_in_words(experiment: Experiment, shown: Sequence[Result]) -> str:
    def words(result: Result) -> str:
        return f"{experiment.label(result.variant)} {text.mean_and_sd(result.errors.values())} %"

    if len(shown) <= _NAMED_IN_HEADLINE:
        return text.joined([words(result) for result in shown])
    ordered = sorted(shown, key=lambda result: mean(result.errors.values()))
    return f"from {words(ordered[0])} to {words(ordered[-1])} over {len(shown)} variants"
