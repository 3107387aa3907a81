"""scripts/slurm/submit with stand-ins for elubench and Slurm: what it refuses, submits and says."""

from __future__ import annotations

import json
import os
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
        self.put("squeue", "#!/bin/bash\n")
        self.runs("waiting", "waiting")

    def put(self, name: str, text: str) -> None:
        program = self.folder / name
        program.write_text(text.format(folder=self.folder))
        program.chmod(0o755)

    def runs(self, *states: str, data: str = "cifar-100") -> None:
        runs = [{"state": state, "data": data} for state in states]
        (self.folder / "status.json").write_text(json.dumps({"runs": runs}))

    def submit(self, *options: str | Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, SUBMIT, self.experiment, "--program", self.folder / "elubench", *options]
        return subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PATH": f"{self.folder}:/usr/bin:/bin"},
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


def test_a_missing_apptainer_is_said_to_be_loaded(cluster: Cluster) -> None:
    result = cluster.submit("--container", "elubench.sif")
    assert result.returncode == 2
    assert "module load apptainer" in result.stderr
