"""The batch scripts that run an experiment's shards on a Slurm cluster, and then draw its report.

Slurm is the distributed engine: a job array, its requeue, its accounting of GPUs. What a task adds is that it
passes the warning before the time limit on to elubench, which saves, and then asks to be requeued. When Slurm
itself ends the task (preempted, cancelled), it decides what becomes of it; elubench saves where the task is told
before it is killed, and else goes on from its last checkpoint.
"""

from __future__ import annotations

import hashlib
import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path

# Seconds before the end at which a task is warned: enough for a checkpoint of the largest network on a slow disk.
WARNING_SECONDS = 120


@dataclass
class Job:
    """What the user asks for."""

    experiment: Path  # absolute
    shards: int  # of the whole plan
    tasks: list[int]  # the shards that have something to do, from 1
    run: list[str]  # the command that takes `run EXPERIMENT`, such as ["build/cuda/elubench"] or a container's
    report: list[str]  # the command that draws the report; empty: none
    directives: list[str] = field(default_factory=list)  # of a task: "--partition=gpu"
    report_directives: list[str] = field(default_factory=list)
    at_once: int = 0  # tasks at a time; 0: no limit
    devices: str = "auto"  # of a task, as elubench names them; several with commas
    gpus: int = 1  # a task
    cpus: int = 8  # a task
    time: str = "24:00:00"
    selection: list[str] = field(default_factory=list)  # of the plan, for elubench: --seeds, --only
    data: list[str] = field(default_factory=list)  # for elubench: --data
    warning_seconds: int = WARNING_SECONDS

    @property
    def name(self) -> str:
        """What the queue shows: another for every folder, however one gets there, and every selection."""
        identity = "\0".join([os.path.realpath(self.experiment), *self.selection])
        return f"elubench-{self.experiment.name}-{hashlib.sha256(identity.encode()).hexdigest()[:6]}"

    @property
    def logs(self) -> Path:
        """Where Slurm writes what the tasks print."""
        return self.experiment / "slurm"


def _directives(options: list[str]) -> str:
    """Quoted as sbatch reads them, which is as a shell does."""
    return "".join(f"#SBATCH {shlex.quote(option)}\n" for option in options)


def _log(job: Job, name: str) -> str:
    folder = str(job.logs).replace("%", "%%")  # a % of the path is none of Slurm's
    return f"--output={folder}/{name}"


def array_of(tasks: list[int]) -> str:
    """`1-3,7`, as sbatch --array takes it."""
    ranges: list[list[int]] = []
    for task in sorted(tasks):
        if ranges and task == ranges[-1][-1] + 1:
            ranges[-1] = [ranges[-1][0], task]
        else:
            ranges.append([task])
    return ",".join("-".join(str(end) for end in dict.fromkeys(one)) for one in ranges)


def array_script(job: Job) -> str:
    """One task a shard. It ends with elubench's exit code; interrupted, it saves and goes back into the queue."""
    limit = f"%{job.at_once}" if job.at_once else ""
    gpus = [f"--gres=gpu:{job.gpus}"] if job.gpus else []
    head = [
        f"--job-name={job.name}",
        f"--array={array_of(job.tasks)}{limit}",
        _log(job, "%A-%a.log"),
        "--open-mode=append",
        "--nodes=1",
        "--ntasks=1",
        f"--cpus-per-task={job.cpus}",
        *gpus,
        f"--time={job.time}",
        f"--signal=B:USR1@{job.warning_seconds}",
        "--requeue",
        *job.directives,
    ]
    several = "," in job.devices
    device = ["--devices" if several else "--device", job.devices]
    command = shlex.join([*job.run, "run", str(job.experiment), *device, *job.selection, *job.data])
    threads = f"$((${{SLURM_CPUS_PER_TASK:-{job.cpus}}} / {job.devices.count(',') + 1}))"
    return f"""#!/bin/bash
{_directives(head)}
# USR1 is Slurm's warning of the time limit: elubench saves and stops, and the task goes back into the queue. TERM
# comes when Slurm ends the task: elubench has it too, and saves; whether the task is tried again Slurm decides.
# Both are passed on as TERM, of which elubench takes any number, once there is an elubench to pass them to.
run=
warned=
ended=
pass_on() {{
  if [ -n "$warned$ended" ] && [ -n "$run" ]; then kill -TERM "$run" 2>/dev/null; fi
}}
trap 'signalled=yes; warned=yes; pass_on' USR1
trap 'signalled=yes; ended=yes; pass_on' TERM

{command} --shard "$SLURM_ARRAY_TASK_ID/{job.shards}" --threads "{threads}" &
run=$!
pass_on
signalled=yes
while [ -n "$signalled" ]; do  # a trap ends wait before elubench has saved
  signalled=
  wait "$run"
  code=$?
done
# Of a process that ends as a trap begins bash can lose the code, and says -1: the task then begins again, to see.
if [ -n "$warned" ] && [ -z "$ended" ] && {{ [ "$code" -eq 143 ] || [ "$code" -eq -1 ]; }}; then
  echo "the time limit is near: saved, and back into the queue"
  scontrol requeue "${{SLURM_ARRAY_JOB_ID}}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
"""


def report_script(job: Job) -> str:
    """Draws the report of what is there, when the tasks have ended however they did."""
    head = [
        f"--job-name={job.name}-report",
        _log(job, "%j-report.log"),
        "--nodes=1",
        "--ntasks=1",
        "--time=1:00:00",
        *job.report_directives,
    ]
    return f"""#!/bin/bash
{_directives(head)}
{shlex.join([*job.run, "status", str(job.experiment), *job.selection])}
{shlex.join([*job.report, str(job.experiment)])}
"""
