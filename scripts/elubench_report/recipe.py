"""What a recipe plans: the runs of its [compare] table, with the program's defaults for what it leaves out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elubench_report.activations import Activation, parse_activation
from elubench_report.errors import ReportError

Toml = dict[str, Any]

SHIPPED = Path(__file__).resolve().parents[2] / "results"  # the recipes that come with the program

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


def read_toml(path: Path) -> Toml:
    """Throws ReportError where there is no such file, or no TOML in it."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReportError(f"{path}: no such file; an experiment is a folder with experiment.toml") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReportError(f"{path}: {error}") from None


def recipe_files(path: Path) -> list[Path]:
    """The recipe's file, then those that it extends, one after the other; throws ReportError as read_toml does."""
    files: list[Path] = []
    extends: object = path
    while extends is not None:
        place = path.parent / str(extends) if files else path
        if files and not place.exists() and (shipped := SHIPPED / place.name).is_dir():
            place = shipped
        path = place / "experiment.toml" if place.is_dir() else place
        if path.resolve() in [file.resolve() for file in files]:
            raise ReportError(f"{files[-1]}: it extends {extends}, which extends it")
        files.append(path)
        extends = read_toml(path).get("extends")
    return files


def read_recipe(path: Path) -> Toml:
    """The recipe; what it does not say comes from those that it extends, key by key."""
    recipe: Toml = {}
    for file in reversed(recipe_files(path)):
        for key, value in read_toml(file).items():
            tables = isinstance(value, dict) and isinstance(recipe.get(key), dict)
            recipe[key] = recipe[key] | value if tables else value
    recipe.pop("extends", None)
    return recipe


def recipe_text(path: Path) -> str:
    """As it is written, followed by those that it extends."""
    own, *extended = [file.read_text(encoding="utf-8") for file in recipe_files(path)]
    return "\n".join([own, *(f"# What it extends:\n\n{text}" for text in extended)])


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
