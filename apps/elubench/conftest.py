"""Fixtures of the tests of the program as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import PROGRAM, RECIPE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not PROGRAM:
        raise pytest.UsageError("set ELUBENCH_PROGRAM to the program to test, such as build/release/elubench")


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    folder = tmp_path / "experiment"
    folder.mkdir()
    (folder / "experiment.toml").write_text(RECIPE)
    return folder
