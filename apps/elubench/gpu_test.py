"""What the GPU does, where there is one that this build can use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from program import PROGRAM, Started, elubench, metrics_of, outcome_of, wait_for_iteration

GPU = "cuda:0"
ON_GPU = ("--device", GPU)
LONG = ("--set", "train.iterations=400", "--only", "elu", "--set", "train.precision=bf16")


def has_gpu(name: str = GPU) -> bool:
    listed = json.loads(elubench("list", "devices", "--json").stdout)
    return any(row["name"] == name for row in listed)


pytestmark = pytest.mark.skipif(not PROGRAM or not has_gpu(), reason="no GPU that this build can use")


def test_doctor_finds_nothing_wrong_with_the_gpu() -> None:
    result = elubench("doctor", *ON_GPU)
    assert result.returncode == 0, result.stdout


def test_bench_measures_a_recorded_step() -> None:
    result = elubench("bench", *ON_GPU, "--batch", "2", "--seconds", "0.1", "--json")
    assert result.returncode == 0, result.stderr
    measured = json.loads(result.stdout)
    for phase in ("training", "inference"):
        assert measured[phase]["recorded"]
        assert measured[phase]["images_per_second"] > 0


def test_a_stopped_run_ends_with_the_bits_of_an_undisturbed_one(experiment: Path, tmp_path: Path) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    undisturbed = tmp_path / "undisturbed"
    assert elubench("run", experiment, *ON_GPU, *LONG, "--out", undisturbed).returncode == 0
    with Started(experiment, *LONG, device=GPU) as process:
        wait_for_iteration(folder, 40, process)
        process.terminate()
        process.communicate(timeout=60)
    assert process.returncode == 143
    result = elubench("run", experiment, *ON_GPU, *LONG)
    assert result.returncode == 0, result.stderr
    assert outcome_of(folder, tmp_path) == outcome_of(undisturbed / "runs" / "elu" / "seed-1", tmp_path)


def test_evaluate_gives_the_last_test_row_again(experiment: Path) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    assert elubench("run", experiment, *ON_GPU, *LONG).returncode == 0
    rows = {row[3]: row for row in metrics_of(folder) if row[2] == "test"}
    result = elubench("evaluate", folder, *ON_GPU, "--json")
    assert json.loads(result.stdout) == {
        "iteration": int(rows["error"][0]),
        "test_loss": float(rows["loss"][4]),
        "test_error": float(rows["error"][4]),
    }


@pytest.mark.skipif(not PROGRAM or not has_gpu("cuda:1"), reason="no second GPU")
def test_a_second_gpu_gives_the_bits_of_the_first(experiment: Path, tmp_path: Path) -> None:
    folders = []
    for device in (GPU, "cuda:1"):
        out = tmp_path / device.replace(":", "")
        result = elubench("run", experiment, "--device", device, *LONG, "--out", out)
        assert result.returncode == 0, result.stderr
        folders.append(out / "runs" / "elu" / "seed-1")
    assert outcome_of(folders[0], tmp_path) == outcome_of(folders[1], tmp_path)
