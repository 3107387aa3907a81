"""Recipes that extend others, as lib/experiment/recipe_test.cc reads them."""

import subprocess
import tomllib
from pathlib import Path

import pytest

from elubench_report.errors import ReportError
from elubench_report.recipe import read_plan, read_recipe, recipe_text

ROOT = Path(__file__).resolve().parents[2]


def put(folder: Path, name: str, text: str) -> Path:
    (folder / name).mkdir()
    file = folder / name / "experiment.toml"
    file.write_text(text)
    return file


def test_what_a_recipe_does_not_say_comes_from_the_one_that_it_extends(tmp_path):
    put(tmp_path, "first", "title = 'first'\n[train]\niterations = 5\nlearning_rate = [[0, 0.1], [3, 0.01]]\n")
    put(tmp_path, "second", "extends = '../first'\ntitle = 'second'\n[train]\nlearning_rate = [[0, 0.5]]\n")
    third = put(tmp_path, "third", "extends = '../second/experiment.toml'\n[compare]\nseeds = [4]\n")
    assert read_recipe(third) == {
        "title": "second",
        "train": {"iterations": 5, "learning_rate": [[0, 0.5]]},
        "compare": {"seeds": [4]},
    }
    text = recipe_text(third)
    assert text.index("seeds = [4]") < text.index("title = 'second'") < text.index("title = 'first'")


def test_a_circle_is_an_error(tmp_path):
    put(tmp_path, "circle", "extends = '../square'\n")
    square = put(tmp_path, "square", "extends = '../circle'\n")
    with pytest.raises(ReportError, match=r"circle/experiment\.toml: it extends \.\./square, which"):
        read_recipe(square)


def test_a_missing_recipe_is_an_error(tmp_path):
    with pytest.raises(ReportError, match="nowhere: no such file"):
        read_recipe(put(tmp_path, "first", "extends = '../nowhere'\n"))


def test_defaults_are_in_step_with_the_program(tmp_path):
    programs = sorted(ROOT.glob("build/*/elubench"))
    if not programs:
        pytest.skip("elubench is not built")
    listed = subprocess.run([programs[0], "list", "recipe"], capture_output=True, text=True, check=True).stdout
    assert read_plan({}, tmp_path) == read_plan(tomllib.loads(listed), tmp_path)
