"""`scripts/report EXPERIMENT...`: see --help."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from elubench_report import text
from elubench_report.errors import ReportError
from elubench_report.experiment import Experiment, has_runs, read_experiment
from elubench_report.page import Report, draw_all
from elubench_report.result_table import outcome
from elubench_report.table_titles import titled
from elubench_report.tables import Table

_DESCRIPTION = """\
Draws the comparison report of one or more experiments.

An EXPERIMENT is a folder with experiment.toml and the runs that `elubench run` made in it. Its report is
written to EXPERIMENT/report/ and replaces the one that is there; any other folder there is left alone:
  index.html   everything, in one file that needs no network
  report.md    the same as Markdown
  tables/      the tables for LaTeX (booktabs)
  figures/     the figures as PDF and PNG, each with the CSV that it was drawn from
The same metrics give the same bytes. The result table goes to stdout, warnings to stderr."""

_EPILOGUE = """\
exit codes: 0 drawn; 2 bad usage or input (one line on stderr says what)

examples:
  scripts/report results/quickstart
  scripts/report results/*            several at once: a report each, and a table of all
  scripts/report A --out paper        into paper/A/, and leave the report in A alone
  scripts/report A --beside B         A's curves with those of B: another precision, device or recipe"""


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        "scripts/report",
        description=_DESCRIPTION,
        epilog=_EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "experiments", nargs="+", type=Path, metavar="EXPERIMENT", help="folder with experiment.toml"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write to DIR/NAME/ instead of EXPERIMENT/report/")
    parser.add_argument(
        "--beside",
        type=Path,
        metavar="OTHER",
        help="draw OTHER's mean curves dashed, in place of what the recipe names",
    )
    options = parser.parse_args(arguments)
    try:
        beside = read_experiment(options.beside) if options.beside else None
        reports = draw_all(_experiments(options.experiments), options.out, beside)
    except ReportError as error:
        print(f"scripts/report: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"scripts/report: cannot write the report: {error}", file=sys.stderr)
        return 2
    for report in reports:
        _print(report)
    if len(reports) > 1:
        print(_summary(reports).plain())
    return 0


def _experiments(folders: Sequence[Path]) -> list[Experiment]:
    """Of several folders, such as results/*, those without recipe or runs are left out, with a note."""
    chosen = [folder for folder in folders if len(folders) == 1 or has_runs(folder)]
    for folder in folders:
        if folder not in chosen:
            print(f"left out: {folder} has no experiment.toml or no runs yet", file=sys.stderr)
    if not chosen:
        raise ReportError(
            "none of the folders has an experiment.toml and runs; make them with: elubench run FOLDER"
        )
    return [read_experiment(folder) for folder in chosen]


def _print(report: Report) -> None:
    print(report.experiment.title)
    print(report.tables["results"].plain())
    relative = os.path.relpath(report.index)
    print(f"report: {report.index if relative.startswith('..') else relative}\n")
    for warning in report.warnings:
        print(f"warning: {report.experiment.name}: {warning}", file=sys.stderr)


def _summary(reports: Sequence[Report]) -> Table:
    rows = []
    for report in reports:
        for result in report.results:
            comparison = result.comparison
            rows.append(
                [
                    titled(report.experiment, report.experiment.name),
                    report.experiment.label(result.variant),
                    str(len(result.errors)),
                    text.mean_and_sd(result.errors.values()),
                    text.effect(comparison.paired) if comparison else text.ABSENT,
                    outcome(comparison),
                ]
            )
    header = ["experiment", "activation", "runs", "test error (%)", "− baseline", "outcome"]
    return Table("summary", "All experiments", header, rows)


if __name__ == "__main__":
    sys.exit(main())
