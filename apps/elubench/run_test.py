"""What `elubench run` writes, says and returns."""

from __future__ import annotations

import tomllib
from pathlib import Path

from program import Started, elubench, files_in, metrics_of, run, wait_for_iteration


def test_a_run_says_its_results_on_stdout_and_its_log_on_stderr(experiment: Path) -> None:
    result = run(experiment)
    assert result.returncode == 0, result.stderr
    assert "relu" in result.stdout
    assert "1/1" in result.stdout
    assert "synthetic images, not CIFAR" in result.stdout
    assert "\r" not in result.stderr
    assert "\x1b" not in result.stderr
    for name in ("relu", "elu"):
        folder = experiment / "runs" / name / "seed-1"
        assert (folder / "status").read_text() == "done\n"
        record = tomllib.loads((folder / "run.toml").read_text())
        assert record["run"] == {
            "activation": "elu(alpha=1)" if name == "elu" else "relu",
            "batch_norm": False,
            "seed": 1,
        }
        assert record["train"]["momentum"] == 0.9
        session = record["session"][0]
        assert session["device"] == "cpu"
        assert session["threads"] == 1
        assert session["start"] <= session["end"]
        assert (session["start_iteration"], session["end_iteration"]) == (0, 6)
        assert session["data_checksums"]


def test_quiet_says_nothing_on_stderr(experiment: Path) -> None:
    result = run(experiment, "--quiet")
    assert result.returncode == 0
    assert result.stderr == ""


def test_dry_run_writes_nothing(experiment: Path) -> None:
    before = files_in(experiment)
    result = run(experiment, "--dry-run", "--out", experiment / "elsewhere")
    assert result.returncode == 0
    for word in ("relu/seed-1: to do", "multiply-adds", "parameters", "time:", "disk:", "elsewhere"):
        assert word in result.stdout
    assert files_in(experiment) == before
    assert not (experiment / "elsewhere").exists()


def test_dry_run_says_where_the_data_are(experiment: Path, tmp_path: Path) -> None:
    assert "data: made up" in run(experiment, "--dry-run").stdout
    folder = tmp_path / "cifar-100-binary"
    nowhere = {"ELUBENCH_DATA": "", "XDG_CACHE_HOME": "/nowhere"}

    def dry_run() -> str:
        settings = ("--set", "data.set=cifar-100", "--data", tmp_path)
        result = elubench("run", experiment, "--dry-run", *settings, environment=nowhere)
        assert result.returncode == 0
        return result.stdout

    assert f"data: MISSING: no cifar-100: looked for {folder}" in dry_run()
    assert "elubench data fetch cifar-100" in dry_run()
    folder.mkdir()
    assert f"data: MISSING: cannot read {folder / 'train.bin'}" in dry_run()
    for name, size in (("train.bin", 153_700_000), ("test.bin", 30_740_000)):
        with (folder / name).open("wb") as file:
            file.truncate(size)
    assert f"data: {folder}\n" in dry_run()
    with (folder / "test.bin").open("wb") as file:
        file.truncate(30_000_000)
    assert f"data: MISSING: {folder / 'test.bin'} is damaged: 30740000 bytes expected" in dry_run()


def test_a_recipe_of_the_checkout_is_suggested_by_its_folder(tmp_path: Path) -> None:
    (tmp_path / "results" / "mine").mkdir(parents=True)
    (tmp_path / "results" / "mine" / "experiment.toml").write_text("")
    result = elubench("run", "mine", "--dry-run", folder=tmp_path)
    assert result.returncode == 2
    assert "such as results/mine" in result.stderr


def test_zero_iterations_save_and_test_the_initial_weights(experiment: Path, tmp_path: Path) -> None:
    assert run(experiment, "--set", "train.iterations=0").returncode == 0
    folder = experiment / "runs" / "elu" / "seed-1"
    assert [row[0:4] for row in metrics_of(folder) if row[2] == "test"] == [
        ("0", "0", "test", "loss"),
        ("0", "0", "test", "error"),
    ]
    assert elubench("export", folder, "--out", tmp_path / "weights.safetensors").returncode == 0


def test_no_two_seeds_or_activations_give_the_same_rows(experiment: Path) -> None:
    assert run(experiment, "--set", "compare.seeds=[1, 2]").returncode == 0
    rows = [tuple(metrics_of(experiment / "runs" / name)) for name in ("elu/seed-1", "elu/seed-2", "relu/seed-1")]
    assert len(set(rows)) == 3


def test_divergence_exits_1_and_keeps_the_rows(experiment: Path) -> None:
    result = run(experiment, "--set", "train.learning_rate=[[0, 0.01], [4, 1e30]]", "--quiet")
    assert result.returncode == 1
    folder = experiment / "runs" / "relu" / "seed-1"
    assert (folder / "status").read_text().startswith("diverged at iteration ")
    assert any(row[2] == "test" for row in metrics_of(folder))
    assert "diverged at iteration" in result.stdout


def test_a_second_process_on_the_same_run_is_refused(experiment: Path) -> None:
    with Started(experiment, "--set", "train.iterations=100000", "--only", "elu") as first:
        wait_for_iteration(experiment / "runs" / "elu" / "seed-1", 2, first)
        result = run(experiment, "--set", "train.iterations=100000", "--only", "elu", "--quiet")
        assert first.poll() is None
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "process" in result.stderr
    assert str(first.pid) in result.stderr
