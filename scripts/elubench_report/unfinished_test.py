"""Experiments that are not done are drawn, too."""

import csv
import io
import shutil

from elubench_report.experiment import read_experiment
from elubench_report.layer_figures import diagnostics
from elubench_report.learning_figures import learning_curves
from elubench_report.page import draw


def stop(folder, pattern="*/*"):
    for status in folder.glob(f"runs/{pattern}/status"):
        status.write_text("running\n")


def move(folder, name):
    path = folder / "runs" / name / "run.toml"
    path.write_text(path.read_text().replace("threads = 2", "threads = 8"))


def test_unfinished_experiment_is_still_drawn(make, without_figure_files):
    def empty(folder):
        stop(folder)
        (folder / "runs/elu/seed-1/metrics.csv").write_text("iteration,epoch,split,metric,value\n")

    report = draw(make(empty, seeds=(1,)))
    assert "No run has finished yet." in report.index.read_text()


def test_results_without_any_of_the_baseline_are_still_drawn(make, without_figure_files):
    def spoil(folder):
        shutil.rmtree(folder / "runs/relu")
        for path in folder.glob("runs/*/seed-1/metrics.csv"):  # to a fixed level of the loss, for a table of times
            rows = [row.split(",") for row in path.read_text().splitlines()]
            low = [[*row[:4], "0.1"] if row[2:4] == ["train", "loss"] else row for row in rows]
            path.write_text("\n".join(map(",".join, low)) + "\n")

    page = draw(make(spoil, seeds=(1,))).index.read_text()
    assert "has no finished run, so nothing is compared with it" in page
    assert "is the mean of its runs" not in page


def test_unfinished_runs_on_different_thread_counts_are_drawn(make):
    def spoil(folder):
        stop(folder)
        move(folder, "elu/seed-2")
        # A run that has got further than the other: its rows alone are in the curve by time.
        path = folder / "runs/elu/seed-2/metrics.csv"
        kept = [row for row in path.read_text().splitlines() if not row.startswith(("400,", "600,"))]
        path.write_text("\n".join(kept) + "\n")

    figures = {figure.key: figure for figure in learning_curves(make(spoil, seeds=(1, 2)), None)}
    rows = list(csv.DictReader(io.StringIO(figures["test_error_seconds"].csv_text())))
    elu = [row for row in rows if row["curve"] == "elu(alpha=1)"]
    assert [(row["iteration"], row["runs"]) for row in elu] == [
        ("0", "1"),
        ("200", "1"),
        ("400", "1"),
        ("600", "1"),
    ]


def test_curves_by_time_are_of_one_device_only(make):
    experiment = make(lambda folder: move(folder, "elu/seed-3"))
    figures = {figure.key: figure for figure in learning_curves(experiment, None)}
    for key, expected in (("test_error_seconds", "2"), ("test_error_iterations", "3")):
        rows = list(csv.DictReader(io.StringIO(figures[key].csv_text())))
        assert {row["runs"] for row in rows if row["curve"] == "elu(alpha=1)"} == {expected}


def test_probe_rows_of_unfinished_runs_only_are_no_figure(make):
    def spoil(folder):
        stop(folder, "elu/seed-2")
        for path in folder.glob("runs/*/seed-*/metrics.csv"):
            if path.parent != folder / "runs/elu/seed-2":
                path.write_text("\n".join(r for r in path.read_text().splitlines() if ",probe," not in r) + "\n")

    experiment = make(spoil)
    assert any(split == "probe" for run in experiment.runs for split, _ in run.metrics.series)
    assert diagnostics(experiment) == []


def test_runs_without_a_common_evaluation_are_no_figure(make, without_figure_files):
    def spoil(folder):
        stop(folder)
        for seed, kept in ((1, ("iteration", "0,", "200,")), (2, ("iteration", "400,"))):
            for path in folder.glob(f"runs/*/seed-{seed}/metrics.csv"):
                rows = [row for row in path.read_text().splitlines() if row.startswith(kept)]
                path.write_text("\n".join(rows) + "\n")

    experiment = make(spoil, seeds=(1, 2))
    assert draw(read_experiment(experiment.folder)).index.is_file()
