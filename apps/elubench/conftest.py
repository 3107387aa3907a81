"""Fixtures of the tests of the program as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import PROGRAM, SHORT, Outcome, made, outcome_of, run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not PROGRAM:
        raise pytest.UsageError("set ELUBENCH_PROGRAM to the program to test, such as build/release/elubench")


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    return made(tmp_path / "experiment")


@pytest.fixture(scope="module")
def undisturbed_short(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What a SHORT run ends with that nothing disturbs."""
    experiment = made(tmp_path_factory.mktemp("undisturbed") / "experiment")
    assert run(experiment, *SHORT).returncode == 0
    return outcome_of(experiment / "runs" / "elu" / "seed-1", experiment)
