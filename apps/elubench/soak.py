"""Kills elubench at random moments, lets it go on, and compares the end, bit for bit, with an undisturbed one."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from program import PROGRAM, Outcome, outcome_of
from program import RECIPE as SMALL

# Four runs, with a checkpoint every few milliseconds.
RECIPE = (
    SMALL.replace("iterations = 6\n", "iterations = 60\n")
    .replace("test_every = 3\n", "test_every = 20\n")
    .replace("checkpoint_every = 2\n", "checkpoint_every = 3\n")
    .replace("seeds = [1]\n", "seeds = [1]\nbatch_norm = [false, true]\n")
)
# Fits a whitening, keeps it in the cache, and writes what it makes of the images: some seconds.
PREPARATION = ("data", "dump", "synthetic(classes=3, train_images=60, test_images=20)")
KILLS_A_PREPARATION = 50  # of which one is a preparation's


@dataclass
class Soak:
    """One soak, in `folder`; the same seed chooses the same moments."""

    folder: Path
    seed: int = 1
    kills: Counter[str] = field(default_factory=Counter)  # by what was killed
    finished: int = 0  # times that the disturbed experiment came to its end, and was compared

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._disturbed = self.folder / "disturbed"
        undisturbed = self._make("undisturbed")
        start = time.monotonic()
        assert self._start(undisturbed, 1).wait() == 0
        self._seconds = time.monotonic() - start
        self._expected = self._outcomes(undisturbed)
        start = time.monotonic()
        assert self._prepare().wait() == 0
        self._preparation_seconds = time.monotonic() - start
        self._expected_images = self._images.read_bytes()
        shutil.rmtree(self._cache)

    def run(self, kills: int) -> None:
        """Kills so many times. Fails where a run ends otherwise than undisturbed."""
        self._make("disturbed")
        while self.kills.total() < kills:
            if self.kills.total() % KILLS_A_PREPARATION == KILLS_A_PREPARATION // 2:
                self._kill_preparation()
            process = self._start(self._disturbed, self._random.choice([1, 2]))
            try:
                process.wait(timeout=self._random.uniform(0, self._seconds))
            except subprocess.TimeoutExpired:
                self._kill(process)
                continue
            self._compare(process.returncode)
            shutil.rmtree(self._disturbed)
            self._make("disturbed")
        self._compare(self._start(self._disturbed, 1).wait())
        self._compare_images(self._prepare().wait())

    def _make(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        (folder / "experiment.toml").write_text(RECIPE)
        return folder

    def _start(self, experiment: Path, jobs: int) -> subprocess.Popen[bytes]:
        self._errors = self.folder / "errors"
        command = [PROGRAM, "run", experiment, "--device", "cpu", "--threads", "1", "--jobs", str(jobs), "--quiet"]
        with self._errors.open("wb") as errors:
            return subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True
            )  # by which its workers are found

    @property
    def _cache(self) -> Path:
        return self.folder / "cache"

    @property
    def _images(self) -> Path:
        return self.folder / "images.safetensors"

    def _prepare(self) -> subprocess.Popen[bytes]:
        command = [PROGRAM, "--quiet", *PREPARATION, "--out", self._images]
        return subprocess.Popen(command, env={**os.environ, "XDG_CACHE_HOME": str(self._cache)})

    def _kill_preparation(self) -> None:
        """While it fits, writes the cache or the images; what it leaves there must be of use or no harm."""
        while True:
            process = self._prepare()
            try:
                process.wait(timeout=self._random.uniform(0, self._preparation_seconds))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.kills["preparation"] += 1
                return
            self._compare_images(process.returncode)
            shutil.rmtree(self._cache)

    def _compare_images(self, code: int) -> None:
        assert code == 0
        assert self._images.read_bytes() == self._expected_images
        self.finished += 1

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """The one that was started, with or without its workers, or one worker, which is then replaced."""
        workers = others_of_session(process.pid)
        what = self._random.choice(["process", "all", "worker"] if workers else ["process"])
        if what == "worker":
            kill(self._random.choice(workers))
            self.kills[what] += 1
            self._compare(process.wait())
            return
        for worker in workers if what == "all" else []:
            kill(worker)
        process.kill()
        process.wait()
        while others_of_session(process.pid):  # one that was left alone saves, and ends
            os.sched_yield()
        self.kills[what] += 1

    def _compare(self, code: int) -> None:
        assert code == 0, self._errors.read_text()
        assert self._outcomes(self._disturbed) == self._expected
        self.finished += 1

    def _outcomes(self, experiment: Path) -> dict[str, Outcome]:
        runs = sorted(file.parent for file in experiment.glob("runs/*/*/run.toml"))
        return {str(run.relative_to(experiment)): outcome_of(run, self.folder) for run in runs}


def others_of_session(leader: int) -> list[int]:
    """The processes that a session's leader has started, and which may have outlived it."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            state, _, _, session = (place / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(session) == leader and state != "Z" and int(place.name) != leader:
                found.append(int(place.name))
    return found


def kill(process: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
