#!/usr/bin/env python3
"""Test loss and error of a run's exported weights, in the same network built in PyTorch, beside elubench's own.

pytorch_evaluate.py RUN_FOLDER
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import torch
from pytorch_peer import build
from safetensors.torch import load_file
from shared import NETWORKS
from torch import nn
from torch.nn import functional

PROGRAM = Path(__file__).resolve().parents[2] / "build/release/elubench"
BATCH = 500
ACTIVATIONS = {"elu(alpha=1)": "elu", "relu": "relu"}
# Of the loss, relative. PyTorch computes in float32; bf16 has 8 bits, and eleven layers round.
TOLERANCE = {"fp32": 1e-4, "bf16": 2e-2}


def elubench(*arguments: str) -> str:
    finished = subprocess.run([PROGRAM, "--quiet", *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode != 0:
        sys.exit(finished.returncode)
    return finished.stdout


def model_of(run: dict) -> nn.Sequential:
    """Exits where the run's network is one that the peers do not build."""
    network, activation = run["network"], run["run"]["activation"]
    if activation not in ACTIVATIONS or run["run"]["batch_norm"]:
        sys.exit(f"check_export: PyTorch's side knows {' and '.join(ACTIVATIONS)} without batch normalisation")
    odd = network["width"] != 1 or network["final_activation"] or network["even_padding"] == "both"
    if odd or run["data"]["set"] != "cifar-100":
        sys.exit("check_export: PyTorch's side knows the paper's networks for CIFAR-100, in full width, only")
    pad_even = network["even_padding"] == "same"
    return build(replace(NETWORKS[network["name"]], pad_even=pad_even), ACTIVATIONS[activation]).eval()


def load(model: nn.Sequential, weights: dict[str, torch.Tensor]) -> None:
    """The n-th convolution takes convn.weight and convn.bias; none may be missing or left over."""
    layers = [layer for layer in model if isinstance(layer, nn.Conv2d)]
    expected = {f"conv{number}.{part}" for number in range(1, len(layers) + 1) for part in ("weight", "bias")}
    if set(weights) != expected:
        sys.exit(f"check_export: the file holds other tensors: {sorted(set(weights) ^ expected)}")
    for number, layer in enumerate(layers, start=1):
        layer.load_state_dict({part: weights[f"conv{number}.{part}"] for part in ("weight", "bias")})


def evaluated(model: nn.Sequential, data: dict[str, torch.Tensor]) -> tuple[float, float]:
    """Mean loss in nats, and error in per cent."""
    loss = wrong = 0.0
    with torch.inference_mode():
        for batch, labels in zip(data["test_images"].split(BATCH), data["test_labels"].split(BATCH), strict=True):
            logits = model(batch.to(memory_format=torch.channels_last))
            loss += functional.cross_entropy(logits, labels, reduction="sum").item()
            wrong += (logits.argmax(1) != labels).sum().item()
    count = len(data["test_labels"])
    return loss / count, 100 * wrong / count


def main() -> None:
    folder = sys.argv[1]
    run = tomllib.loads((Path(folder) / "run.toml").read_text())
    model = model_of(run)
    ours = json.loads(elubench("evaluate", folder, "--json"))
    with tempfile.TemporaryDirectory() as place:
        weights, images = f"{place}/weights.safetensors", f"{place}/images.safetensors"
        elubench("export", folder, "--out", weights)
        data = run["data"]
        elubench("data", "dump", data["set"], "--preprocessing", data["preprocessing"], "--out", images)
        load(model, load_file(weights))
        loss, error = evaluated(model, load_file(images))
    print(f"elubench: test loss {ours['test_loss']} nats, test error {ours['test_error']} %")
    print(f"PyTorch:  test loss {loss} nats, test error {error} %")
    tolerance = TOLERANCE[run["train"]["precision"]]
    if not abs(loss - ours["test_loss"]) <= tolerance * loss:  # NaN, too, is another loss
        sys.exit(f"check_export: the losses differ by more than {tolerance:g} of their size")


if __name__ == "__main__":
    main()
