"""Runs that are stopped, killed or damaged end as if nothing had happened."""

from __future__ import annotations

import resource
import signal
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from program import PROGRAM, RECIPE, Outcome, Started, outcome_of, run, wait_for_iteration, wait_until

LONG = ("--set", "train.iterations=200", "--set", "train.checkpoint_every=3", "--only", "elu")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("undisturbed")
    (folder / "experiment.toml").write_text(RECIPE)
    assert run(folder, *LONG).returncode == 0
    return outcome_of(folder / "runs" / "elu" / "seed-1", folder)


@pytest.mark.parametrize("iteration", [-1, 2, 9, 40])
def test_after_kill_9_the_run_ends_as_if_nothing_had_happened(
    experiment: Path, tmp_path: Path, undisturbed: Outcome, iteration: int
) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    with Started(experiment, *LONG) as process:
        wait_until(lambda: (folder / "run.toml").exists(), process)
        wait_for_iteration(folder, iteration, process)
    result = run(experiment, *LONG)
    assert result.returncode == 0, result.stderr
    assert (folder / "status").read_text() == "done\n"
    assert outcome_of(folder, tmp_path) == undisturbed


def test_killed_again_and_again(experiment: Path, tmp_path: Path, undisturbed: Outcome) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    for iteration in (4, 8, 14, 22, 34):
        with Started(experiment, *LONG) as process:
            wait_for_iteration(folder, iteration, process)
    assert run(experiment, *LONG).returncode == 0
    assert outcome_of(folder, tmp_path) == undisturbed


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_signals_save_and_exit_resumable(
    experiment: Path, tmp_path: Path, undisturbed: Outcome, number: signal.Signals, code: int
) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    with Started(experiment, *LONG) as process:
        wait_for_iteration(folder, 2, process)
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == code, errors
    assert len(errors.splitlines()) == 1
    assert "resume" in errors
    assert (folder / "status").read_text() == "running\n"
    stopped_at = tomllib.loads((folder / "run.toml").read_text())["session"][0]["end_iteration"]
    assert (folder / f"checkpoint-{stopped_at:09d}.safetensors").exists()
    assert run(experiment, *LONG).returncode == 0
    assert tomllib.loads((folder / "run.toml").read_text())["session"][1]["start_iteration"] == stopped_at
    assert outcome_of(folder, tmp_path) == undisturbed


def test_a_log_that_nobody_reads_changes_nothing(experiment: Path, tmp_path: Path, undisturbed: Outcome) -> None:
    """As Ctrl-C with `| tee`, which it ends, too."""
    folder = experiment / "runs" / "elu" / "seed-1"
    with Started(experiment, *LONG) as process:
        for stream in (process.stdout, process.stderr):
            assert stream
            stream.close()
        wait_for_iteration(folder, 2, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert run(experiment, *LONG).returncode == 0
    assert outcome_of(folder, tmp_path) == undisturbed


def checkpoints_of(run_folder: Path) -> list[Path]:
    return sorted(run_folder.glob("checkpoint-*.safetensors"))


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(
    experiment: Path, tmp_path: Path, undisturbed: Outcome, damage: str
) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    with Started(experiment, *LONG) as process:
        wait_for_iteration(folder, 12, process)
    newest = checkpoints_of(folder)[-1]
    content = bytearray(newest.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 1
    newest.write_bytes({"flip": content, "cut": content[: len(content) // 2], "empty": b""}[damage])
    result = run(experiment, *LONG)
    assert result.returncode == 0
    assert newest.name in result.stderr
    assert outcome_of(folder, tmp_path) == undisturbed


def test_all_checkpoints_damaged_starts_again(experiment: Path, tmp_path: Path, undisturbed: Outcome) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    with Started(experiment, *LONG) as process:
        wait_for_iteration(folder, 12, process)
    for checkpoint in checkpoints_of(folder):
        checkpoint.write_bytes(b"damaged")
    assert run(experiment, *LONG).returncode == 0
    assert outcome_of(folder, tmp_path) == undisturbed


def test_a_torn_last_line_of_metrics_is_repaired(experiment: Path, tmp_path: Path, undisturbed: Outcome) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    assert run(experiment, *LONG).returncode == 0
    metrics = folder / "metrics.csv"
    metrics.write_bytes(metrics.read_bytes()[:-7])
    result = run(experiment, *LONG)
    assert result.returncode == 0
    assert "metrics.csv" in result.stderr
    assert "torn" in result.stderr
    assert outcome_of(folder, tmp_path) == undisturbed


def limit_file_size(size: int) -> Callable[[], None]:
    """A full disk, for the process that is about to start: no file may grow beyond `size` bytes."""

    def apply() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return apply


def test_a_full_disk_is_one_clear_line_and_the_checkpoint_stays(
    experiment: Path, tmp_path: Path, undisturbed: Outcome
) -> None:
    folder = experiment / "runs" / "elu" / "seed-1"
    with Started(experiment, *LONG) as process:
        wait_for_iteration(folder, 12, process)
    before = {path: path.read_bytes() for path in checkpoints_of(folder)}
    command = [PROGRAM, "run", str(experiment), "--threads", "1", "--device", "cpu", "--quiet", *LONG]
    limited = limit_file_size((folder / "metrics.csv").stat().st_size)
    result = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=limited, restore_signals=False, check=False
    )
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "cannot write" in result.stderr
    assert {path: path.read_bytes() for path in before} == before
    assert run(experiment, *LONG).returncode == 0
    assert outcome_of(folder, tmp_path) == undisturbed
