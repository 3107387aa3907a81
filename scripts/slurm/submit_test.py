"""scripts/slurm/submit with stand-ins for elubench and Slurm: what it refuses, submits and says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SUBMIT = Path(__file__).parent / "submit"
ELUBENCH = """#!/bin/bash
echo "$@" >> {folder}/elubench.log
case $1 in
  --version) cat {folder}/version ;;
  status) cat {folder}/status.json ;;
  data) [ "$5" = {folder}/data ] || {{ echo "elubench: error: no cifar-100" >&2; exit 2; }} ;;
esac
"""
SBATCH = """#!/bin/bash
echo "# $@" >> {folder}/sbatch.log
cat >> {folder}/sbatch.log
echo 7
"""


class Cluster:
    """A folder with an experiment, and the programs that submit calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.experiment = folder / "experiment"
        self.experiment.mkdir()
        (self.experiment / "experiment.toml").touch()
        (folder / "version").write_text("elubench 0.1.0 (commit 1), for NVIDIA GPUs, CUDA 13.0\n")
        self.put("elubench", ELUBENCH)
        self.put("sbatch", SBATCH)
        self.put("squeue", "#!/bin/bash\ncat {folder}/queue\n")
        (folder / "queue").touch()
        self.runs("waiting", "waiting")

    def put(self, name: str, text: str) -> None:
        program = self.folder / name
        program.write_text(text.format(folder=self.folder))
        program.chmod(0o755)

    def runs(self, *states: str, data: str = "cifar-100") -> None:
        runs = [{"state": state, "data": data} for state in states]
        (self.folder / "status.json").write_text(json.dumps({"runs": runs}))

    def submit(self, *options: str | Path) -> subprocess.CompletedProcess[str]:
        return self.call("--program", self.folder / "elubench", *options)

    def call(self, *options: str | Path) -> subprocess.CompletedProcess[str]:
        """Finds its own programs, and those that scripts need, but no Slurm and no container of this machine."""
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        for tool in ("bash", "cat", "env"):
            if not (tools / tool).exists():
                (tools / tool).symlink_to(shutil.which(tool) or tool)
        command = [sys.executable, SUBMIT, self.experiment, *options]
        environment = os.environ | {"PATH": f"{self.folder}:{tools}", "HOME": str(self.folder)}
        for name in ("ELUBENCH_DATA", "XDG_CACHE_HOME"):
            environment.pop(name, None)
        return subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False, env=environment
        )

    def submitted(self) -> str:
        log = self.folder / "sbatch.log"
        return log.read_text() if log.exists() else ""


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    return Cluster(tmp_path)


def test_an_array_and_a_report_that_waits_for_it_are_submitted(cluster: Cluster) -> None:
    result = cluster.submit("--data", cluster.folder / "data")
    assert result.returncode == 0, result.stderr
    assert "#SBATCH --array=1-2\n" in cluster.submitted()
    assert "# --parsable --dependency=afterany:7" in cluster.submitted()
    assert "submitted: job 7, 2 tasks with 1 GPU each for 2 runs;" in result.stdout


def test_missing_data_are_found_before_anything_is_queued(cluster: Cluster) -> None:
    result = cluster.submit("--data", "/nowhere")
    assert result.returncode == 2
    assert "no cifar-100" in result.stderr
    assert cluster.submitted() == ""
    assert cluster.submit("--data", "/nowhere", "--data-unchecked").returncode == 0


def test_a_dry_run_shows_the_scripts_and_what_is_wrong(cluster: Cluster) -> None:
    result = cluster.submit("--data", "/nowhere", "--dry-run")
    assert result.returncode == 0
    assert "would be refused" in result.stderr
    assert "#SBATCH" in result.stdout
    assert cluster.submitted() == ""


def test_made_up_images_need_no_data(cluster: Cluster) -> None:
    cluster.runs("waiting", data="synthetic(classes=4)")
    assert cluster.submit().returncode == 0


def test_what_has_ended_or_is_running_is_not_submitted_again(cluster: Cluster) -> None:
    cluster.runs("done", "diverged", "running", "failed", "stopped")
    assert cluster.submit("--data-unchecked").returncode == 0
    assert "#SBATCH --array=4-5\n" in cluster.submitted()


def test_where_nothing_is_left_it_says_how_the_runs_stand(cluster: Cluster) -> None:
    cluster.runs("done", "done", "diverged", "running")
    result = cluster.submit()
    assert (result.returncode, cluster.submitted()) == (0, "")
    assert "2 done, 1 diverged, 1 running of 4 runs" in result.stdout


def test_a_program_without_cuda_is_refused_for_gpus(cluster: Cluster) -> None:
    (cluster.folder / "version").write_text("elubench 0.1.0 (commit 1), for processors only\n")
    result = cluster.submit("--data-unchecked")
    assert result.returncode == 2
    assert "cmake --preset cuda" in result.stderr
    assert cluster.submit("--data-unchecked", "--gpus", "0").returncode == 0


def test_the_selection_goes_to_every_command(cluster: Cluster) -> None:
    assert cluster.submit("--data-unchecked", "--seeds", "1,2", "--only", "elu*").returncode == 0
    selection = "--seeds 1,2 --only 'elu*'"
    assert f"run {cluster.experiment} --device cuda:0 {selection}" in cluster.submitted()
    assert f"status {cluster.experiment} {selection}" in cluster.submitted()
    asked = (cluster.folder / "elubench.log").read_text()
    assert f"status {cluster.experiment} --json --seeds 1,2 --only elu*\n" in asked


@pytest.mark.parametrize(
    ("options", "states", "array"),
    [
        (("--shards", "2"), "xx.xx", "1"),  # the third of five is in the first of two shards
        (("--shards", "2"), "xxx.x", "2"),
        (("--gpus", "2"), "xxxx.", "3"),  # three shards: 1 2, 3 4, 5
        (("--gpus", "2"), ".xx..", "1-3"),
    ],
)
def test_shards_with_something_left_are_submitted(
    cluster: Cluster, options: tuple[str, ...], states: str, array: str
) -> None:
    cluster.runs(*("done" if state == "x" else "waiting" for state in states))
    result = cluster.submit("--data-unchecked", *options)
    assert result.returncode == 0, result.stderr
    assert f"#SBATCH --array={array}\n" in cluster.submitted()
    shards = "2" if "--shards" in options else "3"
    assert f'--shard "$SLURM_ARRAY_TASK_ID/{shards}"' in cluster.submitted()


def test_what_is_in_the_queue_is_not_submitted_again(cluster: Cluster) -> None:
    assert cluster.submit("--data-unchecked").returncode == 0
    name = re.search(r"--job-name=(\S+)", cluster.submitted())
    assert name
    (cluster.folder / "sbatch.log").unlink()
    (cluster.folder / "queue").write_text(f"another\n{name[1]}\n")
    result = cluster.submit("--data-unchecked")
    assert (result.returncode, cluster.submitted()) == (2, "")
    assert f"scancel --name {name[1]}" in result.stderr
    assert cluster.submit("--data-unchecked", "--seeds", "1").returncode == 0, "another selection may wait beside"


def test_a_queue_that_does_not_answer_is_not_an_empty_one(cluster: Cluster) -> None:
    cluster.put("squeue", "#!/bin/bash\necho no controller >&2; exit 1\n")
    result = cluster.submit("--data-unchecked")
    assert (result.returncode, cluster.submitted()) == (2, "")
    assert "no controller" in result.stderr


def test_without_slurm_it_says_so(cluster: Cluster) -> None:
    (cluster.folder / "squeue").unlink()
    assert "from a node of a Slurm cluster" in cluster.submit("--data-unchecked").stderr


@pytest.mark.parametrize(
    "options", [("--gpus", "2", "--cpus", "1"), ("--gpus", "-1"), ("--at-once", "-3"), ("--time", "2:00")]
)
def test_what_the_tasks_would_fail_by_is_refused(cluster: Cluster, options: tuple[str, ...]) -> None:
    result = cluster.submit("--data-unchecked", *options)
    assert (result.returncode, cluster.submitted()) == (2, "")
    assert options[-2] in result.stderr


APPTAINER = """#!/bin/bash
# Refuses to bind what is not there, as Apptainer does.
echo "$@" >> {folder}/apptainer.log
words=("$@")
for i in "${{!words[@]}}"; do
  [ "${{words[i]}}" = --bind ] || continue
  [ -e "${{words[i + 1]}}" ] || {{ echo "no mount source ${{words[i + 1]}}" >&2; exit 255; }}
done
while [ "$1" != elubench ]; do shift; done
shift
exec {folder}/elubench "$@"
"""


def test_a_container_sees_the_experiment_the_data_and_its_caches(cluster: Cluster) -> None:
    cluster.put("apptainer", APPTAINER)
    (cluster.folder / "data").mkdir()
    image = cluster.folder / "elubench.sif"
    image.touch()
    result = cluster.call("--container", image, "--data", cluster.folder / "data")
    assert result.returncode == 0, result.stderr
    cache = cluster.folder / ".cache"
    inside = (
        f"{cluster.folder}/apptainer exec --nv --bind {cluster.folder} --bind {cache} --bind {cluster.folder}/data"
        f" --env XDG_CACHE_HOME={cache},MPLCONFIGDIR={cache}/matplotlib,CUDA_CACHE_PATH={cache}/cuda {image}"
    )
    assert f"{inside} elubench run {cluster.experiment} " in cluster.submitted()
    assert f"{inside} report {cluster.experiment}\n" in cluster.submitted()


def test_data_that_only_the_nodes_see_are_bound_there_alone(cluster: Cluster) -> None:
    cluster.put("apptainer", APPTAINER)
    options = ("--container", "elubench.sif", "--data", "/nodes/only")
    assert cluster.call(*options).returncode == 2
    result = cluster.call(*options, "--data-unchecked")
    assert result.returncode == 0, result.stderr
    assert "--bind /nodes/only " in cluster.submitted()
    assert "--data /nodes/only " in cluster.submitted()


def test_a_container_and_a_program_are_one_too_many(cluster: Cluster) -> None:
    assert "leave --program out" in cluster.submit("--container", "elubench.sif").stderr


def test_a_missing_apptainer_is_said_to_be_loaded(cluster: Cluster) -> None:
    result = cluster.call("--container", "elubench.sif")
    assert result.returncode == 2
    assert "module load apptainer" in result.stderr
