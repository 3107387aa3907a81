#!/usr/bin/env python3
"""Test loss and error of weights that elubench exported, in the same network built in PyTorch, in fp32.

pytorch_evaluate.py WEIGHTS.safetensors IMAGES.safetensors [NETWORK [ACTIVATION]]
"""

from __future__ import annotations

import sys

import torch
from pytorch_peer import build
from safetensors.torch import load_file
from shared import NETWORKS
from torch import nn
from torch.nn import functional

BATCH = 500


def load(model: nn.Sequential, weights: dict[str, torch.Tensor]) -> None:
    """The n-th convolution takes convn.weight and convn.bias; none may be missing or left over."""
    layers = [layer for layer in model if isinstance(layer, nn.Conv2d)]
    expected = {f"conv{number}.{part}" for number in range(1, len(layers) + 1) for part in ("weight", "bias")}
    if set(weights) != expected:
        raise ValueError(f"the file holds other tensors: {sorted(set(weights) ^ expected)}")
    for number, layer in enumerate(layers, start=1):
        layer.load_state_dict({part: weights[f"conv{number}.{part}"] for part in ("weight", "bias")})


def main() -> None:
    weights, images, *rest = sys.argv[1:]
    name, activation = (*rest, *("elu11", "elu")[len(rest) :])
    model = build(NETWORKS[name], activation).eval()
    load(model, load_file(weights))
    data = load_file(images)
    loss = wrong = 0.0
    with torch.inference_mode():
        for batch, labels in zip(data["test_images"].split(BATCH), data["test_labels"].split(BATCH), strict=True):
            logits = model(batch.to(memory_format=torch.channels_last))
            loss += functional.cross_entropy(logits, labels, reduction="sum").item()
            wrong += (logits.argmax(1) != labels).sum().item()
    count = len(data["test_labels"])
    print(f"PyTorch: test loss {loss / count} nats, test error {100 * wrong / count} %")


if __name__ == "__main__":
    main()
