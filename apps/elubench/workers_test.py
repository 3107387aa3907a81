"""`elubench run --jobs`: several runs at a time, a process each."""

from __future__ import annotations

import os
import re
import signal
import time
import tomllib
from pathlib import Path

import pytest
from program import (
    RECIPE,
    Started,
    assert_one_error,
    elubench,
    files_in,
    last_iteration,
    metrics_of,
    run,
    wait_until,
)

MANY = ("--set", "compare.seeds=[1, 2, 3]")
LONG = ("--set", "train.iterations=3000", "--set", "train.checkpoint_every=3")


def results_of(experiment: Path) -> dict[str, list[tuple[str, ...]]]:
    return {
        str(f.parent.relative_to(experiment)): metrics_of(f.parent) for f in experiment.glob("runs/*/*/status")
    }


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, ...]]]:
    folder = tmp_path_factory.mktemp("one_by_one")
    (folder / "experiment.toml").write_text(RECIPE)
    assert run(folder, *MANY).returncode == 0
    return results_of(folder)


def test_the_same_runs_come_out(experiment: Path, one_by_one: dict[str, list[tuple[str, ...]]]) -> None:
    result = run(experiment, *MANY, "--jobs", "3")
    assert result.returncode == 0, result.stderr
    assert results_of(experiment) == one_by_one
    assert len(one_by_one) == 6
    assert result.stderr.count(": done, test error") == 6
    assert "elu         3/3" in result.stdout


def test_shards_make_the_same_runs(experiment: Path, one_by_one: dict[str, list[tuple[str, ...]]]) -> None:
    for shard in ("1/4", "2/4", "3/4", "4/4"):
        assert run(experiment, *MANY, "--shard", shard).returncode == 0
    assert results_of(experiment) == one_by_one


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/3", "1/", "/", "-1/3"])
def test_a_shard_that_is_no_part_is_an_error(experiment: Path, text: str) -> None:
    result = run(experiment, "--shard", text)
    assert result.returncode == 2
    assert_one_error(result, "K/N")


def worker_of(experiment: Path, name: str) -> int:
    """The process that holds the run's folder, 0 where none does yet."""
    lock = experiment / "runs" / name / "seed-1" / "lock"
    found = re.match(r"process (\d+) on ", lock.read_text()) if lock.exists() else None
    return int(found[1]) if found else 0


def all_are_past(iteration: int, experiment: Path) -> bool:
    folders = [experiment / "runs" / name / "seed-1" for name in ("relu", "elu")]
    return min(last_iteration(folder) for folder in folders) > iteration


def test_a_worker_that_dies_is_reported_and_its_run_tried_again(experiment: Path) -> None:
    arguments = ("--set", "train.iterations=1500", "--set", "train.checkpoint_every=3")
    with Started(experiment, *arguments, "--jobs", "2") as process:
        wait_until(lambda: all_are_past(10, experiment), process)
        victim = worker_of(experiment, "elu")
        os.kill(victim, signal.SIGKILL)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert f"its process {victim} on cpu ended with signal 9 (Killed); it will be tried once more" in errors
    whole = experiment.parent / "whole"
    assert run(experiment, *arguments, "--out", whole).returncode == 0
    assert results_of(experiment) == results_of(whole)


def test_a_signal_reaches_all_workers_and_they_save(experiment: Path) -> None:
    with Started(experiment, *LONG, "--jobs", "2") as process:
        wait_until(lambda: all_are_past(5, experiment), process)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 143
    assert "resume" in errors
    for name in ("relu", "elu"):
        folder = experiment / "runs" / name / "seed-1"
        assert (folder / "status").read_text() == "running\n"
        assert "end_iteration" in (folder / "run.toml").read_text()
    status = elubench("status", experiment).stdout
    assert "stopped" in status
    assert "running" not in status


def test_workers_stop_when_the_one_that_shares_out_the_work_is_killed(experiment: Path) -> None:
    with Started(experiment, *LONG, "--jobs", "2") as process:
        wait_until(lambda: all_are_past(5, experiment), process)
        workers = [worker_of(experiment, name) for name in ("relu", "elu")]
        process.kill()
        process.communicate()
    deadline = time.monotonic() + 60
    while any(is_alive(worker) for worker in workers):  # until they have saved
        assert time.monotonic() < deadline
        os.sched_yield()
    for name in ("relu", "elu"):
        folder = experiment / "runs" / name / "seed-1"
        assert (folder / "status").read_text() == "running\n"
        assert tomllib.loads((folder / "run.toml").read_text())["session"][0]["end_iteration"] < 3000


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_run_that_diverges_is_not_tried_again(experiment: Path) -> None:
    result = run(experiment, "--set", "train.learning_rate=[[0, 1e30]]", "--jobs", "2")
    assert result.returncode == 1
    assert result.stderr.count("diverged at iteration") == 2
    assert result.stderr.count("begins on cpu") == 2


def test_nothing_left_to_do_starts_nothing(experiment: Path) -> None:
    assert run(experiment).returncode == 0
    before = files_in(experiment)
    result = run(experiment, "--jobs", "2")
    assert result.returncode == 0
    assert "begins" not in result.stderr
    assert files_in(experiment) == before


def test_devices_name_where_the_workers_are(experiment: Path) -> None:
    result = elubench("run", experiment, "--devices", "cpu,cpu", "--threads", "1")
    assert result.returncode == 0, result.stderr
    assert result.stderr.count("begins on cpu") == 2
    assert elubench("run", experiment, "--devices", "cpu", "--device", "cpu").returncode == 2
    assert elubench("run", experiment, "--devices", "cpu,tpu").returncode == 2
