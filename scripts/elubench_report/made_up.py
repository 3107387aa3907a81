"""Made-up experiments for the tests: run folders with plausible curves that no network ever produced."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

LAYERS = 11
_SPIKE = 400  # the iteration at which gradients are larger
# Final test error, start of learning (share of the run), mean activation, dead share, log10 gradient ratio
_SHAPE = {
    "elu": (28.75, 0.02, 0.05, 0.0, -0.4),
    "shifted_relu": (29.35, 0.02, 0.0, 0.01, -0.5),
    "leaky_relu": (30.59, 0.05, 0.35, 0.0, -0.7),
    "relu": (31.56, 0.08, 0.5, 0.08, -0.9),
}


@dataclass
class MadeUp:
    """What to make. The defaults are a small experiment with several seeds."""

    activations: Sequence[str] = ("relu", "elu(alpha=1)")
    batch_norm: Sequence[bool] = (False,)
    seeds: Sequence[int] = (1, 2, 3, 4, 5, 6)
    iterations: int = 2000
    test_every: int = 200
    log_every: int = 100
    data_set: str = "cifar-100"
    reference: str | None = None
    baseline: str = "relu"
    validation: bool = False
    session: dict[str, object] = field(default_factory=dict)

    def write(self, folder: Path) -> Path:
        """Writes the recipe and every run; returns the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "experiment.toml").write_text(self._recipe(), encoding="utf-8")
        for activation in self.activations:
            for batch_norm in self.batch_norm:
                for seed in self.seeds:
                    self.write_run(folder, activation, batch_norm, seed)
        return folder

    def _recipe(self) -> str:
        quoted = ", ".join(f'"{activation}"' for activation in self.activations)
        reference = f'reference = "{self.reference}"\n' if self.reference else ""
        flags = ", ".join(str(flag).lower() for flag in self.batch_norm)
        return (
            f'title = "Made-up curves"\n{reference}\n[data]\nset = "{self.data_set}"\n\n[train]\niterations = '
            f"{self.iterations}\ntest_every = {self.test_every}\nlog_every = {self.log_every}\n\n[compare]\n"
            f"activations = [{quoted}]\nbatch_norm = [{flags}]\nseeds = {list(self.seeds)}\n"
            f'baseline = "{self.baseline}"\n'
        )

    def write_run(self, folder: Path, activation: str, batch_norm: bool, seed: int) -> Path:
        """Writes one finished run."""
        name = activation.replace("(alpha=1)", "").replace("(slope=0.1)", "") + ("+bn" if batch_norm else "")
        place = folder / "runs" / name / f"seed-{seed}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "run.toml").write_text(self._run_toml(activation, batch_norm, seed), encoding="utf-8")
        (place / "metrics.csv").write_text(self._metrics(activation, batch_norm, seed), encoding="utf-8")
        (place / "status").write_text("done\n", encoding="utf-8")
        return place

    def _run_toml(self, activation: str, batch_norm: bool, seed: int) -> str:
        session = {
            "version": "0.1.0",
            "git_commit": "0123abc",
            "git_dirty": False,
            "compiler": "g++ 12.2.0",
            "libtorch": "2.11.0",
            "device": "cpu",
            "device_name": "made-up processor",
            "threads": 2,
            "precision": "fp32",
            "start": "2026-01-02T03:04:05Z",
            "end": "2026-01-02T04:04:05Z",
        } | self.session
        rows = "\n".join(f"{key} = {_toml(value)}" for key, value in session.items())
        return (
            f'[run]\nactivation = "{activation}"\nbatch_norm = {_toml(batch_norm)}\nseed = {seed}\n\n'
            f'[data]\nset = "{self.data_set}"\naugment = true\n\n[network]\nname = "elu11"\nwidth = 1.0\n\n'
            f"[train]\nbatch_size = 100\niterations = {self.iterations}\nlearning_rate = [[0, 0.01]]\n"
            f"test_every = {self.test_every}\nlog_every = {self.log_every}\n\n[[session]]\n{rows}\n"
        )

    def _metrics(self, activation: str, batch_norm: bool, seed: int) -> str:
        key = sum(map(ord, activation)) + batch_norm
        shared, own = np.random.default_rng([seed, 1]), np.random.default_rng([seed, key])
        offset = shared.normal(0, 0.15) + own.normal(0, 0.15)
        name = activation.partition("(")[0]
        final, delay, mean, dead, ratio = _SHAPE.get(name, (30.0 + key % 7 / 3, 0.04, 0.2, 0.01, -0.6))
        rows = ["iteration,epoch,split,metric,value"]

        def add(iteration: int, split: str, metric: str, value: float) -> None:
            rows.append(f"{iteration},{iteration * 100 / 50000:.8g},{split},{metric},{value:.8g}")

        rate = 60.0 * (0.96 if name == "elu" else 1.0) * (1 + own.normal(0, 0.01))
        for iteration in range(0, self.iterations + 1, min(self.log_every, self.test_every)):
            done = iteration / 165000
            error = self._error(done, final, delay) + offset + own.normal(0, 0.1)
            loss = 4.6 * (error / 99.0) ** 1.6 + own.normal(0, 0.01)
            if iteration and iteration % self.log_every == 0:
                for metric, value in (
                    ("loss", loss),
                    ("error", error + 3),
                    ("learning_rate", 0.01),
                    ("images_per_second", rate * (1 + own.normal(0, 0.02))),
                    ("seconds", iteration * 100 / rate),
                ):
                    add(iteration, "train", metric, value)
            if iteration % self.test_every == 0 or iteration == self.iterations:
                add(iteration, "test", "loss", loss * 1.2)
                add(iteration, "test", "error", error)
                if self.validation:
                    add(iteration, "validation", "error", error + own.normal(0, 0.2))
                self._probe(add, iteration, done, mean, dead, ratio, own)
        return "\n".join(rows) + "\n"

    @staticmethod
    def _error(done: float, final: float, delay: float) -> float:
        steps = sum(
            drop / (1 + np.exp(-(done - at) * 400)) for drop, at in ((4.0, 0.212), (5.0, 0.515), (0.6, 0.818))
        )
        start = 99.0 - final - 9.6
        return final + 9.6 - steps + start / (1 + (done / delay) ** 1.5)

    @staticmethod
    def _probe(
        add: Callable[[int, str, str, float], None],
        iteration: int,
        done: float,
        mean: float,
        dead: float,
        ratio: float,
        own: np.random.Generator,
    ) -> None:
        grown = 1 - np.exp(-30 * done)
        spike = -ratio if iteration == _SPIKE else 0.0  # the flatter it begins, the higher
        ratio *= 1 - 0.8 * (1 - np.exp(-300 * done))
        ratio += spike
        for layer in range(1, LAYERS + 1):
            depth = (layer - 1) / (LAYERS - 1)
            add(
                iteration,
                "probe",
                f"gradient_norm/conv{layer}",
                10 ** (-3 + ratio * (1 - depth) + own.normal(0, 0.05)),
            )
            if layer == LAYERS:
                continue
            add(
                iteration,
                "probe",
                f"activation_mean/conv{layer}",
                mean * (0.5 + grown) + 0.15 * np.sin(layer) + own.normal(0, 0.01),
            )
            add(iteration, "probe", f"activation_std/conv{layer}", 0.8 + 0.3 * grown * depth + own.normal(0, 0.01))
            add(
                iteration,
                "probe",
                f"dead_fraction/conv{layer}",
                max(0.0, dead * grown * (1 + depth) + own.normal(0, 0.005)) if dead else 0.0,
            )


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f'"{key}" = {_toml(inner)}' for key, inner in value.items()) + " }"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
