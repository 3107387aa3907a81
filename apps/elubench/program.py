"""Starting elubench as its users do, for the tests of the program as a whole.

ELUBENCH_PROGRAM names the program, as built by CMake.
"""

from __future__ import annotations

import csv
import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PROGRAM = os.environ.get("ELUBENCH_PROGRAM", "")

# Runs in a fraction of a second.
RECIPE = """
title = "small"
[data]
set = "synthetic(classes=3, train_images=60, test_images=20)"
preprocessing = "standardize"
[network]
width = 0.05
[train]
batch_size = 10
iterations = 6
learning_rate = [[0, 0.01]]
test_every = 3
log_every = 2
checkpoint_every = 2
[compare]
activations = ["relu", "elu"]
seeds = [1]
"""
# One run of two iterations, each with a checkpoint.
SHORT_SETTINGS = ("train.iterations=2", "train.test_every=2", "train.log_every=1", "train.checkpoint_every=1")
SHORT = ("--only", "elu", *(argument for setting in SHORT_SETTINGS for argument in ("--set", setting)))
# Where the libraries are that tests load into the program; nowhere under sanitizers.
LAYERS = Path(os.environ.get("ELUBENCH_LAYERS") or "/nowhere")
CLOCK_METRICS = {"seconds", "images_per_second"}


def elubench(
    *arguments: str | Path, environment: dict[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *map(str, arguments)],
        capture_output=True,
        text=True,
        errors="backslashreplace",  # a message may quote what is no text
        timeout=600,  # of one that hangs
        check=False,
        env={**os.environ, **(environment or {})},
        cwd=folder,
    )


def run(experiment: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """`elubench run` on one thread: the work of a test is too small to share."""
    return elubench("run", experiment, "--threads", "1", "--device", "cpu", *arguments)


def run_with_layer(layer: str, experiment: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """A SHORT run with a layer loaded into it, which takes its settings from the environment."""
    loaded = {"LD_PRELOAD": str(LAYERS / f"libelubench_{layer}.so")}
    return elubench(
        *("run", experiment, "--threads", "1", "--device", "cpu", "--quiet", *SHORT),
        environment=settings | loaded,
    )


def made(folder: Path) -> Path:
    """A new folder with the small experiment."""
    folder.mkdir()
    (folder / "experiment.toml").write_text(RECIPE)
    return folder


def files_in(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def metrics_of(run_folder: Path) -> list[tuple[str, ...]]:
    """The rows of metrics.csv, without those that depend on the clock."""
    with (run_folder / "metrics.csv").open() as file:
        return [tuple(row) for row in csv.reader(file) if row[3] not in CLOCK_METRICS]


def assert_one_error(result: subprocess.CompletedProcess[str], *words: str) -> None:
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("elubench: error: ")
    for word in words:
        assert word in lines[0]


class Started:
    """`elubench run`, or another command, in the background, which is killed at the end of the block."""

    def __init__(self, experiment: Path, *arguments: str, command: str = "run", device: str = "cpu") -> None:
        options = ["--threads", "1", "--device", device, "--quiet", *arguments]
        self.process = subprocess.Popen(
            [PROGRAM, command, str(experiment), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> subprocess.Popen[str]:
        return self.process

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Returns as soon as the condition holds; fails where the process ends first, or after a minute."""
    deadline = time.monotonic() + 60
    while not condition():
        assert process.poll() is None, "the process ended before the test could disturb it"
        assert time.monotonic() < deadline, "the process did not get there in a minute"
        os.sched_yield()


def last_iteration(run_folder: Path) -> int:
    try:
        rows = (run_folder / "metrics.csv").read_text().splitlines()
    except FileNotFoundError:
        return -1
    return int(rows[-2].split(",")[0]) if len(rows) > 2 else -1


def wait_for_iteration(run_folder: Path, iteration: int, process: subprocess.Popen[str]) -> None:
    wait_until(lambda: last_iteration(run_folder) >= iteration, process)


@dataclass
class Outcome:
    """What a run ends with."""

    metrics: list[tuple[str, ...]]
    weights: bytes


def outcome_of(run_folder: Path, scratch: Path) -> Outcome:
    result = elubench("export", run_folder, "--out", scratch / "weights.safetensors")
    assert result.returncode == 0, result.stderr
    return Outcome(metrics_of(run_folder), (scratch / "weights.safetensors").read_bytes())
