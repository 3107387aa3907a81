"""Where a report goes, and how it takes the place of an older one: nothing but an older report is ever removed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from elubench_report.errors import ReportError
from elubench_report.experiment import Experiment

_ENTRIES = {"index.html", "report.md", "figures", "tables"}
_MARK = "elubench report"  # what the index of every report says


def report_folders(experiments: Sequence[Experiment], out: Path | None) -> list[Path]:
    """The folder of each experiment's report: <experiment>/report/, or OUT/NAME/.

    Throws ReportError, before anything is drawn, where two would share one, or where what is there must stay.
    """
    folders = [(out / each.name if out else each.folder / "report").resolve() for each in experiments]
    for experiment, folder in zip(experiments, folders, strict=True):
        if folders.count(folder) > 1:
            raise ReportError(
                f"two of the experiments would be written to {folder}; give each once, and those of the same name "
                "another --out"
            )
        _check_replaceable(experiment, folder)
    return folders


def _check_replaceable(experiment: Experiment, folder: Path) -> None:
    if folder == experiment.folder or folder in experiment.folder.parents:
        raise ReportError(
            f"the report would take the place of {folder}, which holds the experiment; give another --out"
        )
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ReportError(f"the report would take the place of the file {folder}; give another --out")
    entries = {path.name for path in folder.iterdir()}
    foreign = sorted(entries - _ENTRIES)
    if foreign:
        raise ReportError(
            f"{folder} holds {foreign[0]}, which is no part of a report, so it is not replaced; "
            "give another --out or move it away"
        )
    if entries and not _is_report(folder):
        raise ReportError(
            f"{folder} is not a report of this tool, so it is not replaced; give another --out or move it away"
        )


def _is_report(folder: Path) -> bool:
    index = folder / "index.html"
    return index.is_file() and _MARK in index.read_text(encoding="utf-8", errors="replace")


@contextmanager
def replacement(folder: Path) -> Iterator[Path]:
    """An empty folder to draw in, beside `folder`; takes its place at the end. A failure leaves the old report."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".report-", dir=folder.parent) as place:
        fresh, old = Path(place) / "report", Path(place) / "old"
        fresh.mkdir()
        yield fresh
        _swap(fresh, folder, old)


def _swap(fresh: Path, folder: Path, old: Path) -> None:
    if not folder.exists():
        fresh.rename(folder)
        return
    folder.rename(old)
    try:
        fresh.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)
