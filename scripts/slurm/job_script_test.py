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
        "--signal=B:USR1@120",
        "--open-mode=append",
        f"--job-name={job(Path('/x/fig4')).name}",
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
        first, *lines = script.splitlines()
        assert first == "#!/bin/bash"
        are_directives = [line.startswith("#SBATCH ") for line in lines]
        assert any(are_directives)
        assert are_directives == sorted(are_directives, reverse=True)


def test_what_the_user_asks_of_sbatch_comes_last_and_so_counts():
    script = array_script(job(Path("/x"), gpus=1, directives=["--gres=gpu:a100:1"]))
    assert script.index("--gres=gpu:1\n") < script.index("--gres=gpu:a100:1\n")


def test_jobs_of_other_folders_and_selections_have_other_names():
    names = [
        job(Path(folder), selection=selection).name
        for folder in ("/x/fig4", "/y/fig4")
        for selection in ([], ["--seeds", "1"])
    ]
    assert len(set(names)) == 4
    assert job(Path("/x/fig4")).name == names[0]


def test_one_folder_has_one_name_whatever_links_lead_there(tmp_path: Path) -> None:
    (tmp_path / "fig4").mkdir()
    (tmp_path / "link").symlink_to(tmp_path)
    assert job(tmp_path / "link" / "fig4").name == job(tmp_path / "fig4").name


def test_several_gpus_share_the_processors_of_a_task(tmp_path: Path) -> None:
    script = array_script(job(tmp_path, run=["echo"], devices="cuda:0,cuda:1", gpus=2))
    environment = os.environ | {"SLURM_ARRAY_TASK_ID": "1", "SLURM_CPUS_PER_TASK": "9"}
    result = subprocess.run(
        ["/bin/bash", "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert result.stdout == f"run {tmp_path} --devices cuda:0,cuda:1 --shard 1/4 --threads 4\n"


STAND_IN = """#!/bin/bash
echo "$@" >> {log}
case $* in
  *"--shard 3/4"*) trap 'stop=yes' TERM; echo ready > {ready}; while [ -z "$stop" -o ! -e {may_end} ]; do :; done
    echo saved >> {log}; exit 143 ;;
  *"--shard 2/4"*) trap '' TERM; kill -USR1 $PPID; exit 0 ;;
esac
exit 1
"""


@pytest.fixture
def stand_in(tmp_path: Path) -> Path:
    """Instead of elubench and scontrol: they write down how they were called."""
    for name in ("elubench", "scontrol"):
        program = tmp_path / name
        files = {"log": f"{name}.log", "ready": "ready", "may_end": "may-end"}
        program.write_text(STAND_IN.format(**{key: tmp_path / file for key, file in files.items()}))
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
    (stand_in / "may-end").touch()
    assert task.wait(timeout=60) == 143
    assert (stand_in / "elubench.log").read_text().endswith("saved\n")
    assert (stand_in / "scontrol.log").read_text() == "requeue 77_3\n"


def test_a_task_that_slurm_ends_saves_and_is_not_requeued(stand_in: Path) -> None:
    task = ready_to_be_signalled(stand_in)
    task.send_signal(signal.SIGUSR1)
    task.send_signal(signal.SIGTERM)
    (stand_in / "may-end").touch()
    assert task.wait(timeout=60) == 143
    assert (stand_in / "elubench.log").read_text().endswith("saved\n")
    assert not (stand_in / "scontrol.log").exists()


def test_a_task_warned_as_it_ends_has_its_code_or_goes_back_into_the_queue(stand_in: Path) -> None:
    codes = [start(stand_in, 2).wait(timeout=60) for _ in range(50)]
    assert set(codes) <= {0, 255}
    log = stand_in / "scontrol.log"
    requeued = log.read_text().splitlines() if log.exists() else []
    assert len(requeued) == codes.count(255)
