"""The commands other than run."""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import struct
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from program import (
    PROGRAM,
    RECIPE,
    Started,
    assert_one_error,
    elubench,
    files_in,
    metrics_of,
    run,
    wait_until,
)


def safetensors_header(path: Path) -> dict[str, dict[str, object]]:
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(length))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trained")
    (folder / "experiment.toml").write_text(RECIPE)
    assert run(folder, "--set", "compare.batch_norm=[false, true]").returncode == 0
    return folder / "runs"


def test_export_writes_weights_and_nothing_else(trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "weights.safetensors"
    assert elubench("export", trained / "elu+bn" / "seed-1", "--out", out).returncode == 0
    header = safetensors_header(out)
    header.pop("__metadata__", None)
    names = {name.split(".")[0] for name in header}
    assert names == {f"conv{i}" for i in range(1, 12)} | {f"bn{i}" for i in range(1, 11)}
    assert {name.split(".")[1] for name in header if name.startswith("bn")} == {
        "weight",
        "bias",
        "running_mean",
        "running_var",
    }
    assert header["conv1.weight"]["shape"] == [10, 3, 5, 5]  # 192 x 0.05, rounded
    assert {entry["dtype"] for entry in header.values()} == {"F32"}


def test_evaluate_gives_the_last_test_row_again(trained: Path) -> None:
    folder = trained / "elu" / "seed-1"
    result = elubench("evaluate", folder, "--json", "--threads", "1", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    rows = {row[3]: float(row[4]) for row in metrics_of(folder) if row[2] == "test"}
    last = int(metrics_of(folder)[-1][0])
    assert json.loads(result.stdout) == {
        "iteration": last,
        "test_loss": rows["loss"],
        "test_error": rows["error"],
    }
    assert "test error" in elubench("evaluate", folder, "--threads", "1", "--device", "cpu").stdout


def test_a_run_without_checkpoint_cannot_be_evaluated(trained: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(trained / "elu" / "seed-1" / "run.toml", folder)
    result = elubench("evaluate", folder, "--threads", "1", "--device", "cpu", "--quiet")
    assert result.returncode == 1
    assert_one_error(result, str(folder), "checkpoint")


@pytest.mark.parametrize(
    ("table", "names"),
    [
        ("activations", {"elu", "relu", "leaky_relu", "shifted_relu", "squareplus", "identity"}),
        ("networks", {"elu11", "elu18"}),
        ("datasets", {"cifar-100", "cifar-10", "synthetic"}),
        ("devices", {"cpu"}),
    ],
)
def test_list(table: str, names: set[str]) -> None:
    rows = json.loads(elubench("list", table, "--json").stdout)
    assert names <= {row["name"] for row in rows}
    text = elubench("list", table)
    assert text.returncode == 0
    for name in names:
        assert name in text.stdout


def test_list_networks_says_the_papers_counts() -> None:
    rows = {row["name"]: row for row in json.loads(elubench("list", "networks", "--json").stdout)}
    assert rows["elu11"]["parameters"] == 1_669_028
    assert rows["elu18"]["parameters"] == pytest.approx(39.33e6, rel=1e-3)


def test_data_dump_writes_the_contracts_tensors(tmp_path: Path) -> None:
    out = tmp_path / "images.safetensors"
    images = "synthetic(classes=3, train_images=60, test_images=20)"
    assert elubench("data", "dump", images, "--preprocessing", "none", "--out", out).returncode == 0
    header = safetensors_header(out)
    assert header["train_images"]["shape"] == [60, 3, 32, 32]
    assert header["train_images"]["dtype"] == "F32"
    assert header["test_images"]["shape"] == [20, 3, 32, 32]
    assert header["train_labels"] == {**header["train_labels"], "shape": [60], "dtype": "I64"}
    assert header["test_labels"]["shape"] == [20]


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["run"],
        ["data"],
        ["data", "fetch"],
        ["data", "verify"],
        ["data", "dump"],
        ["list"],
        ["list", "activations"],
        ["list", "datasets"],
        ["list", "devices"],
        ["list", "networks"],
        ["list", "recipe"],
        ["export"],
        ["evaluate"],
        ["bench"],
        ["status"],
        ["doctor"],
    ],
    ids=lambda value: "-".join(value) or "elubench",
)
def test_help_is_there_at_every_level(command: list[str]) -> None:
    result = elubench(*command, "--help")
    assert result.returncode == 0
    assert "Usage" in result.stdout
    assert "--quiet" in result.stdout
    assert result.stderr == ""


def test_list_recipe_prints_a_recipe_with_every_key(tmp_path: Path) -> None:
    text = elubench("list", "recipe").stdout
    assert {"data", "network", "train", "compare"} <= set(tomllib.loads(text))
    (tmp_path / "experiment.toml").write_text(text)
    assert elubench("run", tmp_path, "--dry-run", "--device", "cpu").returncode == 0


def test_logs_never_reach_a_file_where_stderr_is_closed(experiment: Path) -> None:
    command = f"exec {PROGRAM} run {experiment} --threads 1 --device cpu --only elu 2>&-"
    assert subprocess.run(["bash", "-c", command], stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert all(b"info:" not in content for content in files_in(experiment).values())


def test_bench_measures_training_and_inference() -> None:
    options = ("--batch", "2", "--precision", "fp32", "--device", "cpu", "--threads", "1", "--seconds", "0")
    result = elubench("bench", *options, "--json")
    assert result.returncode == 0, result.stderr
    measured = json.loads(result.stdout)
    assert measured["training"]["images_per_second"] > 0
    assert measured["inference"]["images_per_second"] > 0
    assert measured["peak"] > 0
    assert measured["handover_seconds"] is None  # there is one thread
    assert {phase["phase"] for phase in measured["training"]["phases"]} == {
        "data",
        "forward",
        "loss",
        "backward",
        "update",
    }
    assert "% of peak" in elubench("bench", *options).stdout


def bench_rows(experiment: Path) -> list[tuple[str, str, str]]:
    with (experiment / "bench.csv").open() as file:
        return [(row["round"], row["activation"], row["metric"]) for row in csv.DictReader(file)]


def test_bench_of_an_experiment_measures_its_activations_in_turn(experiment: Path) -> None:
    options = ("--threads", "1", "--device", "cpu", "--rounds", "2", "--seconds", "0")
    result = elubench("bench", experiment, *options)
    assert result.returncode == 0, result.stderr
    metrics = ("training_images_per_second", "inference_images_per_second", "activation_seconds")
    in_turn = [("1", "relu"), ("1", "elu(alpha=1)"), ("2", "elu(alpha=1)"), ("2", "relu")]
    assert bench_rows(experiment) == [(*place, metric) for place in in_turn for metric in metrics]
    with (experiment / "bench.csv").open() as file:
        settings = {row["network_settings"] for row in csv.DictReader(file)}
    recorded = tomllib.loads((experiment / "experiment.toml").read_text())["network"]
    [network] = [tomllib.loads(f"network = {text}")["network"] for text in settings]
    assert network.items() >= recorded.items()


def test_bench_of_an_experiment_keeps_complete_rounds_when_it_is_stopped(experiment: Path) -> None:
    with Started(experiment, "--rounds", "1000", "--seconds", "0", command="bench") as process:
        wait_until(lambda: (experiment / "bench.csv").exists(), process)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    rounds = Counter(number for number, _, _ in bench_rows(experiment))
    assert set(rounds.values()) == {6}
    assert f"has the rounds that were complete: {len(rounds)}" in errors


def test_version_says_commit() -> None:
    assert elubench("--version").stdout.startswith("elubench 0.")
    assert re.search(
        r"\(commit .*\), for (processors only|NVIDIA GPUs, CUDA \d+\.\d+)\n$", elubench("--version").stdout
    )


def test_a_watch_that_nobody_reads_ends(experiment: Path) -> None:
    command = [PROGRAM, "status", str(experiment), "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        process.stdout.close()
        try:
            assert process.wait(timeout=60) == -signal.SIGPIPE
        finally:
            process.kill()


def test_status_as_json_says_what_scripts_need_and_null_where_nothing_is_known(experiment: Path) -> None:
    def runs() -> list[dict[str, object]]:
        return json.loads(elubench("status", experiment, "--json").stdout)["runs"]

    before = runs()[0]
    assert str(before["data"]).startswith("synthetic(classes=3, ")
    assert before["state"] == "waiting"
    for unknown in ("worker", "test_error", "images_per_second", "seconds_left"):
        assert before[unknown] is None
    assert run(experiment).returncode == 0
    after = runs()[0]
    assert after["state"] == "done"
    assert str(after["worker"]).endswith(" with 1 thread")
    assert after["seconds_left"] == 0


def test_a_result_that_cannot_be_written_is_an_error() -> None:
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [PROGRAM, "list", "activations"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert result.returncode == 1
    assert_one_error(result, "standard output")


def test_doctor_finds_nothing_wrong_here():
    result = elubench("doctor", "--device", "cpu")
    assert result.returncode == 0, result.stdout
    assert result.stdout.count("\nok      ") == 20
    assert "examined: cpu" in result.stdout
    assert result.stdout.endswith("all 20 checks passed\n")
