"""Reads an experiment's folder: the recipe, and every run's specification, environment, metrics and status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from elubench_report import text
from elubench_report.activations import Activation, parse_activation
from elubench_report.errors import ReportError
from elubench_report.metrics import Metrics, read_metrics
from elubench_report.recipe import Plan, Toml, read_plan, read_recipe, read_toml, recipe_text


@dataclass(frozen=True, order=True)
class Variant:
    """What is compared: an activation, with or without batch normalisation."""

    activation: Activation
    batch_norm: bool = False

    def text(self) -> str:
        """Canonical text: `elu(alpha=1)+bn`."""
        return self.activation.text() + ("+bn" if self.batch_norm else "")


@dataclass(frozen=True)
class Run:
    """One run's folder."""

    name: str  # relative to the experiment: runs/elu/seed-1
    variant: Variant
    seed: int
    specification: Toml  # [data], [network], [train]
    sessions: list[Toml]  # [[session]]: one a start or resume
    status: str  # done | running | diverged at iteration N | failed: why | not started
    metrics: Metrics

    @property
    def iterations(self) -> int:
        """Updates that the run is to do."""
        return int(self.specification.get("train", {}).get("iterations", 0))

    @cached_property
    def finished(self) -> bool:
        """It is done and its test set was evaluated after the last iteration: only then it has a result."""
        return self.status == "done" and self.metrics.get("test", "error").at(self.iterations) is not None

    @property
    def diverged(self) -> bool:
        return self.status.startswith("diverged")

    @cached_property
    def clock(self) -> tuple[str, ...] | None:
        """Device, threads, precision, convolutions: seconds compare where these agree. None where they changed."""
        places = {
            (
                str(s.get("device_name", s.get("device", "?"))),
                text.count(s.get("threads", "?"), "thread"),
                str(s.get("precision", "?")),
                *([f"convolutions of {s['convolutions']}"] if "convolutions" in s else []),
            )
            for s in self.sessions
        }
        return places.pop() if len(places) == 1 else None


@dataclass(frozen=True)
class Experiment:
    """One experiment's folder, read whole."""

    folder: Path
    title: str
    recipe: Toml
    recipe_text: str
    plan: Plan
    runs: list[Run]  # in the order of the recipe's activations, then by seed
    notes: list[str] = field(default_factory=list)  # what was odd on reading

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def variants(self) -> list[Variant]:
        """Those that have runs, in the recipe's order, without batch normalisation first."""
        return list(dict.fromkeys(run.variant for run in self.runs))

    @cached_property
    def data_sets(self) -> set[str]:
        """What the runs trained on."""
        return {
            str(run.specification.get("data", {}).get("set", "images that are not named")) for run in self.runs
        }

    @property
    def synthetic(self) -> bool:
        """Whether any run trained on made images instead of CIFAR."""
        return any(name.startswith("synthetic") for name in self.data_sets)

    def of(self, variant: Variant) -> list[Run]:
        """All runs of one variant."""
        return [run for run in self.runs if run.variant == variant]

    def diverged_seeds(self, variant: Variant) -> set[int]:
        """The seeds of its runs that diverged."""
        return {run.seed for run in self.of(variant) if run.diverged}

    def finished(self, variant: Variant) -> list[Run]:
        """The runs of one variant that have a result."""
        return [run for run in self.of(variant) if run.finished]

    def to_draw(self, variant: Variant) -> list[Run]:
        """The runs whose curves are drawn: the finished ones; where there are none, the others that have rows."""
        return self.finished(variant) or [run for run in self.of(variant) if run.metrics.series]

    @cached_property
    def clock(self) -> tuple[str, ...] | None:
        """Where most runs were made, as Run.clock says it: only their seconds are compared."""
        clocks = [run.clock for run in self.runs if run.clock is not None]
        return max(sorted(set(clocks)), key=clocks.count) if clocks else None

    @property
    def baseline(self) -> Activation:
        return self.plan.baseline

    @property
    def baseline_label(self) -> str:
        return self.label(Variant(self.baseline))

    def label(self, variant: Variant) -> str:
        """The variant as figures and tables print it; parameters where the experiment varies them."""
        same = {v.activation for v in self.variants if v.activation.name == variant.activation.name}
        return variant.activation.label(with_parameters=len(same) > 1) + (" + BN" if variant.batch_norm else "")

    def label_of_curves(self, variant: Variant) -> str:
        """The same for what to_draw draws, which says so where the runs have not finished."""
        return self.label(variant) + ("" if self.finished(variant) else " (unfinished)")


def has_runs(folder: Path) -> bool:
    """Whether there is anything in the folder to report."""
    return (folder / "experiment.toml").is_file() and any(folder.glob("runs/*/seed-*/run.toml"))


def read_experiment(folder: Path) -> Experiment:
    """Reads `folder`; throws ReportError where there is no recipe or no run, or where a file is malformed."""
    if not folder.is_dir():
        raise ReportError(
            f"{folder}: no such folder; give a folder with experiment.toml, such as results/quickstart"
        )
    recipe_file = folder / "experiment.toml"
    recipe = read_recipe(recipe_file)
    plan = read_plan(recipe, recipe_file)
    notes: list[str] = []
    runs = list(_read_runs(folder, notes))
    if not runs:
        raise ReportError(f"{folder}: no runs under runs/; make them with: elubench run {folder}")
    return Experiment(
        folder=folder.resolve(),
        title=str(recipe.get("title", folder.resolve().name)),
        recipe=recipe,
        recipe_text=recipe_text(recipe_file),
        plan=plan,
        runs=sorted(runs, key=lambda run: _sort_key(run, plan.activations)),
        notes=notes,
    )


def _sort_key(run: Run, order: list[Activation]) -> tuple[bool, int, Activation, int]:
    activation = run.variant.activation
    place = order.index(activation) if activation in order else len(order)
    return run.variant.batch_norm, place, activation, run.seed


def _read_runs(folder: Path, notes: list[str]) -> Iterator[Run]:
    for specification in sorted(folder.glob("runs/*/seed-*/run.toml")):
        yield _read_run(folder, specification.parent, notes)
    for place in sorted(folder.glob("runs/*/seed-*")):
        if place.is_dir() and not (place / "run.toml").is_file():
            notes.append(f"{place.relative_to(folder)} has no run.toml, so it is left out")


def _read_run(folder: Path, place: Path, notes: list[str]) -> Run:
    document = read_toml(place / "run.toml")
    name = str(place.relative_to(folder))
    try:
        identity = document["run"]
        variant = Variant(parse_activation(identity["activation"]), bool(identity.get("batch_norm", False)))
        seed = int(identity["seed"])
    except (KeyError, TypeError, ValueError):
        raise ReportError(f"{place / 'run.toml'}: [run] needs activation, batch_norm and seed") from None
    metrics_file = place / "metrics.csv"
    metrics = read_metrics(metrics_file) if metrics_file.is_file() else Metrics({})
    if metrics.torn:
        notes.append(
            f"{name}/metrics.csv: the last line is incomplete and is left out; the run repairs it on resume"
        )
    status_file = place / "status"
    status = status_file.read_text(encoding="utf-8").strip() if status_file.is_file() else "not started"
    sessions = [session for session in document.get("session", []) if isinstance(session, dict)]
    return Run(
        name,
        variant,
        seed,
        {k: v for k, v in document.items() if k in ("data", "network", "train") and isinstance(v, dict)},
        sessions,
        status,
        metrics,
    )
