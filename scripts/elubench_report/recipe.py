"""What a recipe plans: the runs of its [compare] table, with the program's defaults for what it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elubench_report.activations import Activation, parse_activation
from elubench_report.errors import ReportError

Toml = dict[str, Any]

_DEFAULTS: Toml = {  # lib/experiment/recipe.h
    "activations": ["relu", "leaky_relu(slope=0.1)", "shifted_relu", "elu(alpha=1.0)"],
    "batch_norm": [False],
    "seeds": list(range(1, 11)),
    "baseline": "relu",
}
_ELEMENTS = {"activations": str, "batch_norm": bool, "seeds": int}
_EXAMPLES = {"activations": '["relu", "elu"]', "batch_norm": "[false]", "seeds": "[1, 2, 3]"}


@dataclass(frozen=True)
class Plan:
    """The runs that are planned: every combination, and what they are compared with."""

    activations: list[Activation]
    batch_norm: list[bool]
    seeds: list[int]
    baseline: Activation


def read_plan(recipe: Toml, path: Path) -> Plan:
    """The recipe's [compare]; throws ReportError where a table or a key of it has the wrong type."""
    for table in ("data", "network", "train", "compare"):
        if not isinstance(recipe.get(table, {}), dict):
            raise ReportError(f"{path}: '{table}' must be a table: [{table}]")
    compare = _DEFAULTS | recipe.get("compare", {})
    for key, element in _ELEMENTS.items():
        if not _is_list_of(compare[key], element):
            raise ReportError(f"{path}: compare.{key} must be a list such as {_EXAMPLES[key]}")
    if not isinstance(compare["baseline"], str):
        raise ReportError(f'{path}: compare.baseline must be the name of an activation, such as "relu"')
    return Plan(
        [parse_activation(text) for text in compare["activations"]],
        compare["batch_norm"],
        compare["seeds"],
        parse_activation(compare["baseline"]),
    )


def _is_list_of(value: object, element: type) -> bool:
    # In Python true is an int, in a recipe it is no seed.
    return isinstance(value, list) and all(type(item) is element for item in value)
