"""What a reader must know before believing the numbers: runs without a result, mixed environments."""

from __future__ import annotations

from collections.abc import Callable

from elubench_report.experiment import Experiment, Run, Toml

_MIXED = {
    "version": "elubench versions",
    "git_commit": "source commits",
    "device": "kinds of device",
    "device_name": "devices",
    "operating_system": "operating systems",
    "threads": "thread counts",
    "precision": "precisions",
    "compiler": "compilers",
    "libtorch": "LibTorch versions",
    "cuda": "CUDA versions",
    "cudnn": "cuDNN versions",
    "driver": "driver versions",
}
_NO_PART_OF_THE_RESULT = {"train.checkpoint_every"}


def warnings(experiment: Experiment) -> list[str]:
    """One sentence each, the gravest first."""
    found: list[str] = []
    if experiment.synthetic:
        found.append("These runs trained on synthetic images, not CIFAR: nothing here says anything about CIFAR.")
    found += _without_result(experiment)
    found += _baseline(experiment)
    found += _mixed_specifications(experiment)
    found += _mixed_environments(experiment)
    dirty = [run.name for run in experiment.runs if any(s.get("dirty", s.get("git_dirty")) for s in run.sessions)]
    if dirty:
        found.append(
            f"The source had uncommitted changes in {_list(dirty)}: git_commit alone does not name what ran."
        )
    return found + [note[0].upper() + note[1:] + "." for note in experiment.notes]


def _without_result(experiment: Experiment) -> list[str]:
    kinds: list[tuple[str, Callable[[Run], bool]]] = [
        ("diverged", lambda run: run.diverged),
        ("failed", lambda run: run.status.startswith("failed")),
        (
            "not finished",
            lambda run: not run.finished and not run.diverged and not run.status.startswith("failed"),
        ),
    ]
    found = []
    for kind, belongs in kinds:
        names = [f"{run.name} ({run.status})" for run in experiment.runs if belongs(run)]
        if names:
            found.append(
                f"{len(names)} of {len(experiment.runs)} runs {kind}: {_list(names)}. Without a final test error, "
                "they are in no mean and in no pair."
            )
    planned = _planned(experiment)
    if planned > len(experiment.runs):
        found.append(f"The recipe plans {planned} runs; {len(experiment.runs)} are there.")
    return found


def _planned(experiment: Experiment) -> int:
    plan = experiment.recipe.get("compare", {})
    count = len(plan.get("activations", [])) * len(plan.get("batch_norm", [False])) * len(plan.get("seeds", []))
    return int(count)


def _baseline(experiment: Experiment) -> list[str]:
    for variant in experiment.variants:
        if variant.activation == experiment.baseline and experiment.finished(variant):
            return []
    return [f"The baseline {experiment.baseline_label} has no finished run, so nothing is compared with it."]


def _mixed_specifications(experiment: Experiment) -> list[str]:
    found = []
    flat = [_flatten(run.specification) for run in experiment.runs]
    for key in sorted({key for specification in flat for key in specification} - _NO_PART_OF_THE_RESULT):
        values = sorted({repr(specification.get(key)) for specification in flat})
        if len(values) > 1:
            found.append(f"The runs differ in {key}: {_list(values)}. They are not one experiment.")
    return found


def _flatten(specification: Toml) -> dict[str, object]:
    return {
        f"{table}.{key}": value
        for table, values in specification.items()
        if isinstance(values, dict)
        for key, value in values.items()
    }


def _mixed_environments(experiment: Experiment) -> list[str]:
    found = []
    for key, name in _MIXED.items():
        values = sorted({str(s[key]) for run in experiment.runs for s in run.sessions if key in s})
        if len(values) > 1:
            found.append(f"The runs come from different {name}: {_list(values)}.")
    apart = [run.name for run in experiment.runs if run.clock != experiment.clock]
    if apart and experiment.clock is not None:
        device, threads, precision = experiment.clock
        found.append(
            f"Seconds are compared only among the runs on {device}, {threads} threads, {precision}; "
            f"not in there: {_list(apart)}."
        )
    return found


def _list(names: list[str], most: int = 8) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
