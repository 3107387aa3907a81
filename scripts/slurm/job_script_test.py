"""The batch scripts: what Slurm is told, and what the shell does with the rest."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from job_script import Job, array_of, array_script, report_script


def job(experiment: Path, **changes: object) -> Job:
    settings = {"shards": 4, "tasks": [1, 3], "run": ["/opt/elubench"], "report": ["/opt/report"]} | changes
    return Job(experiment=experiment, **settings)


@pytest.mark.parametrize(
    ("tasks", "text"), [([1], "1"), ([1, 2, 3], "1-3"), ([7, 1, 2, 3], "1-3,7"), ([1, 3, 4, 9, 10], "1,3-4,9-10")]
)
def test_tasks_are_ranges(tasks, text):
    assert array_of(tasks) == text


def test_slurm_is_told_what_was_asked_for():
    script = array_script(
        job(Path("/x/fig4"), at_once=2, gpus=3, cpus=5, time="1:00", directives=["--account=lab"])
    )
    for line in (
        "--array=1,3%2",
        "--gres=gpu:3",
        "--cpus-per-task=5",
        "--time=1:00",
        "--account=lab",
        "--requeue",
    ):
        assert f"#SBATCH {line}\n" in script
    assert "gres" not in array_script(job(Path("/x/fig4"), gpus=0))


def test_the_reports_job_has_directives_of_its_own():
    one = job(Path("/x/fig4"), directives=["--exclusive"], report_directives=["--mem=4G"])
    assert "#SBATCH --mem=4G\n" in report_script(one)
    assert "--exclusive" not in report_script(one)
    assert "--mem" not in array_script(one)


def test_every_directive_stands_before_the_first_command():
    for script in (array_script(job(Path("/x"))), report_script(job(Path("/x")))):
        head, *rest = script.split("\n\n", 1) if "\n\n" in script else (script, "")
        assert "#SBATCH" in head
        assert "#SBATCH" not in "".join(rest)


STAND_IN = """#!/bin/bash
echo "$@" >> {log}
case $* in
  *"--shard 3/4"*) trap 'echo saved >> {log}; exit 143' TERM; echo ready > {ready}; while :; do :; done ;;
esac
exit 1
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """Instead of elubench and scontrol: they write down how they were called."""
    for name in ("elubench", "scontrol"):
        program = tmp_path / name
        program.write_text(STAND_IN.format(log=tmp_path / f"{name}.log", ready=tmp_path / "ready"))
        program.chmod(0o755)
    return tmp_path


def test_a_path_may_have_blanks_and_percent_signs():
    script = array_script(job(Path("/x/two words 50%"), directives=["--comment=two words"]))
    assert "#SBATCH '--output=/x/two words 50%%/slurm/%A-%a.log'\n" in script
    assert "#SBATCH '--comment=two words'\n" in script


def start(folder: Path, task: int) -> subprocess.Popen[bytes]:
    script = array_script(
        job(
            folder / "two words",
            run=[str(folder / "elubench")],
            selection=["--seeds", "1,2"],
            data=["--data", "/d"],
        )
    )
    environment = os.environ | {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "SLURM_ARRAY_TASK_ID": str(task),
        "SLURM_ARRAY_JOB_ID": "77",
        "SLURM_CPUS_PER_TASK": "6",
    }
    return subprocess.Popen([shutil.which("bash") or "bash", "-c", script], env=environment)


def test_a_task_runs_its_shard_and_ends_with_its_code(stand_in: Path) -> None:
    assert start(stand_in, 1).wait(timeout=60) == 1
    called = (stand_in / "elubench.log").read_text()
    assert called == f"run {stand_in}/two words --device auto --seeds 1,2 --data /d --shard 1/4 --threads 6\n"
    assert not (stand_in / "scontrol.log").exists()


def ready_to_be_signalled(folder: Path) -> subprocess.Popen[bytes]:
    task = start(folder, 3)
    deadline = time.monotonic() + 60
    while not (folder / "ready").exists():
        assert task.poll() is None
        assert time.monotonic() < deadline
        os.sched_yield()
    return task


def test_a_warned_task_waits_until_it_has_saved_and_is_requeued(stand_in: Path) -> None:
    task = ready_to_be_signalled(stand_in)
    task.send_signal(signal.SIGUSR1)
    assert task.wait(timeout=60) == 143
    assert (stand_in / "elubench.log").read_text().endswith("saved\n")
    assert (stand_in / "scontrol.log").read_text() == "requeue 77_3\n"


def test_a_task_that_slurm_ends_saves_and_is_not_requeued(stand_in: Path) -> None:
    task = ready_to_be_signalled(stand_in)
    task.send_signal(signal.SIGUSR1)
    task.send_signal(signal.SIGTERM)
    assert task.wait(timeout=60) == 143
    assert (stand_in / "elubench.log").read_text().endswith("saved\n")
    assert not (stand_in / "scontrol.log").exists()
