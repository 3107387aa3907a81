"""Our results and curves beside the paper's."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

import numpy as np

from elubench_report import text
from elubench_report.curves import test_error, training_loss
from elubench_report.experiment import Experiment
from elubench_report.metrics import Series
from elubench_report.reference import Reference
from elubench_report.results import final_test_error
from elubench_report.statistics import difference_interval
from elubench_report.table_titles import titled
from elubench_report.tables import Table

_PAPER_POINTS = 5  # iterations at which our curve is compared with the paper's


def paper_result_table(experiment: Experiment, reference: Reference) -> Table | None:
    """Final test errors beside those that the paper prints, of runs that are as long as the paper's."""
    rows = []
    for variant, printed in reference.final.items():
        runs = [run for run in experiment.finished(variant) if run.iterations == reference.final_iteration]
        errors = [error for run in runs if (error := final_test_error(run)) is not None]
        interval = difference_interval(errors, printed)
        if interval is None:
            continue
        rows.append(
            [
                experiment.label(variant),
                str(len(errors)),
                text.mean_and_sd(errors),
                f"{text.number(printed.mean)} ± {text.number(printed.sd)}",
                str(printed.n),
                text.number(sum(errors) / len(errors) - printed.mean, signed=True),
                text.interval(interval),
                "higher" if interval.low > 0 else "lower" if interval.high < 0 else "within chance",
            ]
        )
    if not rows:
        return None
    header = [
        "activation",
        "runs",
        "test error (%)",
        "paper",
        "its runs",
        "difference",
        "95 % interval",
        "ours is",
    ]
    notes = [
        "Interval: Welch’s t, unpaired, for the paper’s seeds are not ours; of one run, that of its difference to "
        "one more of the paper’s runs, if ours scatter as they do. Within chance: it covers 0, which does not "
        "show that the two are equal; how far apart they may be, the interval says. Each is for itself, not "
        "adjusted for how many there are.",
    ]
    return Table("paper_result", titled(experiment, "The result beside the paper’s"), header, rows, notes)


def paper_table(experiment: Experiment, reference: Reference) -> Table | None:
    """Our means beside the paper's at the same iterations, between its points by straight lines."""
    losses = reference.losses_beside(experiment)
    columns = ((test_error, reference.test_error, 2), (training_loss, losses, 3))
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
    notes = [
        f"Paper: {reference.title}, read off its drawing, between the points by straight lines.",
        "The paper leaves settings open (initial weights, padding, batch size, how dropout is placed): a "
        "difference may come from those, or from chance where seeds are few.",
        *filter(None, [reference.losses_left_out(experiment)]),
    ]
    return Table("paper", titled(experiment, "Against the paper"), header, rows, notes)


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
