"""What a reader must know before believing the numbers: missing results, another recipe, mixed environments."""

from __future__ import annotations

from collections.abc import Callable

from elubench_report import text
from elubench_report.experiment import Experiment, Run
from elubench_report.recipe_checks import against_the_recipe, flatten

_MIXED = {
    "version": "elubench versions",
    "source_checksum": "sources (by their checksums)",
    "git_commit": "source commits",  # where there are no checksums
    "device": "kinds of device",
    "device_name": "devices",
    "operating_system": "operating systems",
    "threads": "thread counts",
    "precision": "precisions",
    "compiler": "compilers",
    "flags": "compiler flags",
    "libtorch": "LibTorch versions",
    "library_settings": "settings of libraries from the environment",
    "convolutions": "libraries of convolutions",
    "cuda": "CUDA versions",
    "cudnn": "cuDNN versions",
    "driver": "driver versions",
    "data_checksums": "data files (by their checksums)",
}


def warnings(experiment: Experiment) -> list[str]:
    """One sentence each, the gravest first."""
    found: list[str] = []
    if experiment.synthetic:
        found.append("These runs trained on synthetic images, not CIFAR: nothing here says anything about CIFAR.")
    found += _without_result(experiment)
    found += against_the_recipe(experiment)
    found += _baseline(experiment)
    found += _mixed_specifications(experiment)
    found += _mixed_environments(experiment)
    dirty = [run.name for run in experiment.runs if any(s.get("dirty", s.get("git_dirty")) for s in run.sessions)]
    if dirty:
        found.append(
            f"The source had uncommitted changes in {text.shortened(dirty)}: git_commit alone does not name what "
            "ran."
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
            levels = " They count as never reaching a level of convergence." if kind == "diverged" else ""
            found.append(
                f"{len(names)} of {len(experiment.runs)} runs {kind}: {text.shortened(names)}. Without a final "
                f"test error, they are in no mean and in no pair of errors.{levels}"
            )
    return found


def _baseline(experiment: Experiment) -> list[str]:
    for variant in experiment.variants:
        if variant.activation == experiment.baseline and experiment.finished(variant):
            return []
    return [f"The baseline {experiment.baseline_label} has no finished run, so nothing is compared with it."]


def _mixed_specifications(experiment: Experiment) -> list[str]:
    found = []
    flat = [flatten(run.specification) for run in experiment.runs]
    for key in sorted({key for specification in flat for key in specification}):
        values = sorted({repr(specification.get(key)) for specification in flat})
        if len(values) > 1:
            found.append(f"The runs differ in {key}: {text.shortened(values)}. They are not one experiment.")
    return found


def _value(recorded: object) -> str:
    if isinstance(recorded, dict):  # checksums by file: their beginning tells them apart
        return "; ".join(f"{name} {str(checksum)[:12]}" for name, checksum in sorted(recorded.items()))
    return str(recorded)


def _mixed_environments(experiment: Experiment) -> list[str]:
    found = []
    sessions = [session for run in experiment.runs for session in run.sessions]
    has_checksums = all("source_checksum" in session for session in sessions)
    for key, name in _MIXED.items():
        if key == "git_commit" and has_checksums:
            continue
        values = sorted({_value(session[key]) for session in sessions if key in session})
        if len(values) > 1:
            found.append(f"The runs come from different {name}: {text.shortened(values)}.")
    apart = [run.name for run in experiment.runs if run.clock != experiment.clock]
    if apart and experiment.clock is not None:
        found.append(
            f"Seconds are compared only among the runs on {', '.join(experiment.clock)}; "
            f"not in there: {text.shortened(apart)}."
        )
    return found
