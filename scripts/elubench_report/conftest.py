"""Experiments that several tests read; drawn once, for drawing takes seconds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from elubench_report.drawing import Figure
from elubench_report.experiment import Experiment, read_experiment
from elubench_report.made_up import MadeUp
from elubench_report.page import Report, draw


@pytest.fixture(scope="session")
def several_seeds(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Three activations, seven seeds, the paper's curves: drawn."""
    made = MadeUp(
        activations=["relu", "leaky_relu(slope=0.1)", "elu(alpha=1)"],
        seeds=range(1, 8),
        reference="clevert2015-fig4",
    )
    return draw(read_experiment(made.write(tmp_path_factory.mktemp("several") / "several")))


@pytest.fixture(scope="session")
def one_seed_synthetic(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One seed on synthetic images: drawn."""
    made = MadeUp(
        seeds=[1], iterations=300, test_every=100, data_set="synthetic(classes=10)", reference="clevert2015-fig4"
    )
    return draw(read_experiment(made.write(tmp_path_factory.mktemp("one") / "one")))


@pytest.fixture
def without_figure_files(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves out the files under figures/, most of a report's time, for tests that are about something else."""
    monkeypatch.setattr(Figure, "write", lambda *_: None)


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Experiment]:
    """Writes a small experiment, lets the caller spoil it, and reads it."""

    def make_one(spoil: Callable[[Path], object] = lambda _: None, **settings: object) -> Experiment:
        folder = MadeUp(**{"iterations": 600, "seeds": (1, 2, 3), **settings}).write(tmp_path / "experiment")
        spoil(folder)
        return read_experiment(folder)

    return make_one
