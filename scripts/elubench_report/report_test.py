"""The whole report: its numbers against the raw rows, its bytes, its warnings, its errors."""

import csv
import math
import re
import shutil
import subprocess
import sys
from pathlib import Path
from statistics import mean, stdev

import pytest

from elubench_report.__main__ import main
from elubench_report.made_up import MadeUp
from elubench_report.result_table import result_table
from elubench_report.results import results

SCRIPTS = Path(__file__).resolve().parents[1]


def final_errors(folder: Path, activation: str) -> list[float]:
    """The last test error of every seed, straight from the rows."""
    finals = []
    for path in sorted(folder.glob(f"runs/{activation}/seed-*/metrics.csv")):
        with path.open() as file:
            rows = [row for row in csv.DictReader(file) if (row["split"], row["metric"]) == ("test", "error")]
        finals.append(float(max(rows, key=lambda row: int(row["iteration"]))["value"]))
    return finals


def minus(value: str) -> str:
    return value.replace("-", "−")


def test_numbers_equal_the_raw_rows_in_every_format(several_seeds):
    folder = several_seeds.experiment.folder
    elu, relu = final_errors(folder, "elu"), final_errors(folder, "relu")
    differences = [a - b for a, b in zip(elu, relu, strict=True)]
    half = 2.446911848791681 * stdev(differences) / math.sqrt(7)  # t(6) at 0.975
    centre = mean(differences)
    cells = [
        "ELU",
        "7",
        f"{mean(elu):.2f} ± {stdev(elu):.2f}",
        None,
        minus(f"{centre:+.2f}"),
        minus(f"[{centre - half:+.2f}, {centre + half:+.2f}]"),
        "0.031",
        "lower",
    ]
    assert all(difference < 0 for difference in differences)  # so p is 2 / 2^7 = .0156; Holm doubles it
    markdown = (several_seeds.folder / "report.md").read_text()
    html = several_seeds.index.read_text()
    latex = (several_seeds.folder / "tables" / "results.tex").read_text()
    for cell in filter(None, cells):
        assert re.search(rf"^\| ELU \|.*{re.escape(cell)}", markdown, re.MULTILINE) or cell == "ELU"
        assert f"{cell}</td>" in html or cell == "ELU"
        assert cell.replace("±", r"$\pm$").replace("−", "$-$") in latex


def test_training_loss_is_that_of_the_last_window(several_seeds):
    folder = several_seeds.experiment.folder
    losses = []
    for path in sorted(folder.glob("runs/elu/seed-*/metrics.csv")):
        rows = [row for row in csv.DictReader(path.open()) if (row["split"], row["metric"]) == ("train", "loss")]
        losses.append(mean(float(row["value"]) for row in rows if int(row["iteration"]) > 1800))
    assert f"{mean(losses):.3f} ± {stdev(losses):.3f}" in several_seeds.index.read_text()


def test_figure_data_are_the_means_over_runs(several_seeds):
    rows = list(csv.DictReader((several_seeds.folder / "figures/test_error_iterations.csv").open()))
    ours = [row for row in rows if row["curve"] == "elu(alpha=1)" and row["source"] == "this experiment"]
    assert float(ours[-1]["mean"]) == pytest.approx(mean(final_errors(several_seeds.experiment.folder, "elu")))
    assert [row["mean"] for row in rows if row["source"] == "paper" and row["curve"] == "relu"][-1] == "31.562"


def test_every_file_is_there(several_seeds):
    figures = {path.name for path in (several_seeds.folder / "figures").iterdir()}
    stems = {Path(name).stem for name in figures}
    assert figures == {f"{stem}.{kind}" for stem in stems for kind in ("pdf", "png", "csv")}
    expected = {
        "test_error_iterations",
        "training_loss_iterations",
        "test_error_seconds",
        "training_loss_seconds",
        "activation_mean_layers",
        "activation_mean_training",
        "activation_std_layers",
        "dead_fraction_layers",
        "dead_fraction_training",
        "gradient_norm_layers",
        "gradient_norm_training",
        "gradient_ratio",
        "difference",
        "elu_curve",
    }
    assert expected <= stems
    tables = {path.stem for path in (several_seeds.folder / "tables").iterdir()}
    assert {"results", "paper", "convergence_iterations", "convergence_seconds", "claims", "runs"} <= tables


def test_drawn_again_elsewhere_and_by_another_process_gives_the_same_bytes(one_seed_synthetic, tmp_path):
    copy = tmp_path / "one"
    shutil.copytree(one_seed_synthetic.experiment.folder, copy, ignore=shutil.ignore_patterns("report"))
    # Another seed of Python's hashes, another locale and time zone, and no state that an earlier drawing left.
    environment = {
        "PYTHONPATH": str(SCRIPTS),
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Tokyo",
        "LC_ALL": "C",
        "PATH": "",
    }
    drawing = [sys.executable, "-m", "elubench_report", str(copy)]
    subprocess.run(drawing, env=environment, check=True, capture_output=True, cwd=tmp_path)
    first, again = one_seed_synthetic.folder, copy / "report"
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert [file for file in files if (first / file).read_bytes() != (again / file).read_bytes()] == []


def test_page_needs_nothing_from_outside(several_seeds):
    html = several_seeds.index.read_text()
    assert not re.findall(r"https?://|//cdn|@import|<iframe|<object", html)
    assert all(match.startswith("#") or match == "data:," for match in re.findall(r'(?:href|src)="([^"]*)"', html))
    assert all(match.startswith("#") for match in re.findall(r"url\(([^)]*)\)", html))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_readable_without_javascript(several_seeds):
    html = re.sub(r"<script>.*?</script>", "", several_seeds.index.read_text(), flags=re.DOTALL)
    assert '<div id="curve" hidden>' in html
    assert 'id="figure-elu_curve"' in html
    assert html.count("<svg") == len(list((several_seeds.folder / "figures").glob("*.csv"))) + 1


def test_pdf_embeds_fonts_as_truetype(several_seeds):
    assert b"/Type3" not in (several_seeds.folder / "figures/test_error_iterations.pdf").read_bytes()


def test_one_seed_has_no_interval_and_says_so(one_seed_synthetic):
    markdown = (one_seed_synthetic.folder / "report.md").read_text()
    assert "One pair: a single difference has no interval and no p" in markdown
    [row] = [line for line in markdown.splitlines() if line.startswith("| ELU | 1 |")]
    assert row.endswith("| – | – | – | undecided, ≥ 5 more pairs |")
    assert not (one_seed_synthetic.folder / "figures/difference.csv").exists()


def test_batch_normalised_rows_say_what_they_are_compared_with(make, several_seeds):
    experiment = make(batch_norm=(False, True))
    notes = result_table(experiment, results(experiment)).notes
    assert "Rows with + BN (batch normalisation) are compared with ReLU + BN, the others with ReLU." in notes
    assert not any("+ BN" in note for note in several_seeds.tables["results"].notes)


def test_the_baseline_is_called_as_its_row_is(make):
    experiment = make(activations=["elu(alpha=1)", "elu(alpha=2)"], baseline="elu(alpha=1)")
    table = result_table(experiment, results(experiment))
    assert table.rows[0][0] == "ELU (α = 1)"
    assert "− ELU (α = 1)" in table.header


def test_real_images_are_not_called_synthetic(several_seeds):
    assert "synthetic" not in (several_seeds.folder / "report.md").read_text()


def test_the_last_iteration_is_the_result_not_the_best_point(make):
    def dip(folder):
        path = folder / "runs/elu/seed-1/metrics.csv"
        path.write_text(
            re.sub(r"^400,([^,]*),test,error,.*$", r"400,\1,test,error,1.5", path.read_text(), flags=re.M)
        )

    experiment = make(dip)
    [elu] = [run for run in experiment.runs if run.name == "runs/elu/seed-1"]
    assert elu.metrics.get("test", "error").at(400) == 1.5
    last = final_errors(experiment.folder, "elu")
    assert list(results(experiment)[1].errors.values()) == pytest.approx(last)
    assert last[0] > 50


def test_command_line(tmp_path, capsys, without_figure_files):
    first = MadeUp(seeds=[1], iterations=0).write(tmp_path / "first")
    second = MadeUp(seeds=[1], iterations=200, test_every=100).write(tmp_path / "second")
    assert main([str(first), str(second)]) == 0
    shown = capsys.readouterr().out
    assert f"report: {first / 'report' / 'index.html'}" in shown
    assert "All experiments" in shown
    assert (second / "report" / "report.md").is_file()


def test_of_several_folders_those_without_runs_are_left_out(tmp_path, capsys, without_figure_files):
    drawn = MadeUp(seeds=[1], iterations=0).write(tmp_path / "drawn")
    empty = MadeUp(seeds=[1], iterations=0).write(tmp_path / "empty")
    shutil.rmtree(empty / "runs")
    assert main([str(tmp_path), str(empty), str(drawn)]) == 0
    shown = capsys.readouterr()
    assert str(drawn / "report" / "index.html") in shown.out
    assert [line.split(" has ")[0] for line in shown.err.splitlines()] == [
        f"left out: {tmp_path}",
        f"left out: {empty}",
    ]
    assert main([str(tmp_path), str(empty)]) == 2


def recipe(folder: Path, text: str) -> None:
    (folder / "experiment.toml").write_text(text)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: shutil.rmtree(f), "no such folder"),
        (lambda f: (f / "experiment.toml").unlink(), "experiment.toml: no such file"),
        (lambda f: shutil.rmtree(f / "runs"), "no runs under runs/"),
        (lambda f: (f / "experiment.toml").write_text("a = \n"), "experiment.toml"),
        (lambda f: (f / "runs/elu/seed-1/run.toml").write_text("[run]\nseed = 1\n"), "[run] needs activation"),
        (
            lambda f: (f / "runs/elu/seed-1/metrics.csv").write_text("iteration,epoch,split,metric,value\n1,2\n"),
            "metrics.csv, line 2",
        ),
        (
            lambda f: recipe(f, "[compare]\nbatch_norm = false\n"),
            "compare.batch_norm must be a list such as [false]",
        ),
        (lambda f: recipe(f, "[compare]\nseeds = 1\n"), "compare.seeds must be a list such as [1, 2, 3]"),
        (lambda f: recipe(f, "[compare]\nseeds = [true]\n"), "compare.seeds must be a list"),
        (lambda f: recipe(f, '[compare]\nactivations = "relu"\n'), "compare.activations must be a list"),
        (lambda f: recipe(f, "[compare]\nbaseline = 3\n"), "compare.baseline must be the name of an activation"),
        (lambda f: recipe(f, "compare = 3\n"), "'compare' must be a table"),
        (
            lambda f: (f / "experiment.toml").write_text('reference = "nowhere"\n'),
            "reference 'nowhere' is unknown",
        ),
    ],
)
def test_errors_are_one_line_and_leave_the_old_report(tmp_path, capsys, spoil, message):
    folder = MadeUp(seeds=[1], iterations=200).write(tmp_path / "experiment")
    old = folder / "report" / "index.html"
    old.parent.mkdir()
    old.write_text("elubench report, an older one")
    spoil(folder)
    was_there = old.exists()
    assert main([str(folder)]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not was_there or old.read_text() == "elubench report, an older one"
