"""Whether the runs are those that the recipe describes."""

from __future__ import annotations

import re

from elubench_report import text
from elubench_report.experiment import Experiment, Variant
from elubench_report.recipe import Toml

_NO_PART_OF_THE_RESULT = {"train.checkpoint_every"}
_WITHOUT_THE_KEY: Toml = {"network.dropout_place": "after_pool"}  # what runs are that were made before it was one
RunKey = tuple[Variant, int]


def against_the_recipe(experiment: Experiment) -> list[str]:
    """One sentence for planned runs that are not there, for runs that are not planned, for each other setting."""
    return _planned_runs(experiment) + _settings(experiment)


def _planned_runs(experiment: Experiment) -> list[str]:
    plan = experiment.plan
    planned = {
        (Variant(activation, batch_norm), seed)
        for activation in plan.activations
        for batch_norm in plan.batch_norm
        for seed in plan.seeds
    }
    there = {(run.variant, run.seed) for run in experiment.runs}
    found = []
    if planned - there:
        names = _names(planned - there)
        found.append(
            f"{len(planned - there)} of {len(planned)} runs that the recipe plans are not there: {names}."
        )
    if there - planned:
        found.append(f"{text.count(len(there - planned), 'run')} not in the recipe: {_names(there - planned)}.")
    return found


def _names(keys: set[RunKey]) -> str:
    by_variant: dict[Variant, list[int]] = {}
    for variant, seed in sorted(keys):
        by_variant.setdefault(variant, []).append(seed)
    return text.shortened([f"{v.text()} {_seeds(seeds)}" for v, seeds in by_variant.items()])


def _seeds(seeds: list[int]) -> str:
    return f"seed{'s' if len(seeds) > 1 else ''} {text.joined([str(seed) for seed in seeds])}"


def _settings(experiment: Experiment) -> list[str]:
    found = []
    for key, planned in flatten(experiment.recipe).items():
        values = {
            repr(there[key]): there[key] for run in experiment.runs if key in (there := flatten(run.specification))
        }
        others = sorted(name for name, value in values.items() if not _is_same(key, planned, value))
        if others:
            found.append(f"The recipe has {key} = {planned!r}, but there are runs with {text.shortened(others)}.")
    return found


def flatten(tables: Toml) -> Toml:
    """`train.iterations` and the like, of [data], [network] and [train], without what decides no result."""
    return _WITHOUT_THE_KEY | {
        f"{table}.{key}": value
        for table in ("data", "network", "train")
        for key, value in tables.get(table, {}).items()
        if f"{table}.{key}" not in _NO_PART_OF_THE_RESULT
    }


def _is_same(key: str, planned: object, there: object) -> bool:
    if key == "train.precision" and planned == "auto":
        return True  # resolved by the program for the device
    if key == "network.dropout" and planned is True:
        return there is not False  # run.toml has the network's own rates
    if isinstance(planned, str) and isinstance(there, str):
        (name, arguments), (other_name, others) = _call(planned), _call(there)
        return name == other_name and arguments <= others  # run.toml has the defaults, too
    return planned == there


def _call(value: str) -> tuple[str, set[str]]:
    name, _, inside = re.sub(r"\s", "", value).partition("(")
    return name, set(filter(None, inside.removesuffix(")").split(",")))
