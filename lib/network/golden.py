#!/usr/bin/env python3
"""Computes golden.json with PyTorch: logits, loss and every gradient of the networks at an eighth of their width.

    golden.py > golden.json

Weights, images and labels come from formulas (see `formula`), so the C++ test can make the same ones; computed in
double. Written by hand from sections 4.2 and 4.3 of the paper, not from the C++ tables. Needs PyTorch (any
2.x); running the tests does not.
"""

import json
import math
from collections.abc import Callable

import torch
from torch.nn import functional

Activation = Callable[[torch.Tensor], torch.Tensor]

BATCH = 4
CLASSES = 100
WIDTH = 0.125

# (units, receptive field), stack by stack.
ELU11 = [
    [(192, 5)],
    [(192, 1), (240, 3)],
    [(240, 1), (260, 2)],
    [(260, 1), (280, 2)],
    [(280, 1), (300, 2)],
    [(300, 1)],
    [(100, 1)],
]
ELU18 = [
    [(384, 3)],
    [(384, 1), (384, 2), (640, 2), (640, 2)],
    [(640, 1), (768, 2), (768, 2), (768, 2)],
    [(768, 1), (896, 2), (896, 2)],
    [(896, 3), (1024, 2), (1024, 2)],
    [(1024, 1), (1152, 2)],
    [(1152, 1)],
    [(100, 1)],
]
# (left, right, top, bottom) of receptive field 2.
PADDING_OF_TWO = {"elu11": (0, 0, 0, 0), "elu18": (0, 1, 0, 1)}


def formula(shape: tuple[int, ...], tag: int, amplitude: float) -> torch.Tensor:
    """Numbers in [-amplitude, amplitude) from an integer hash of the row-major index; float32 values in double."""
    mask = 0xFFFFFFFF
    values = []
    for i in range(math.prod(shape)):
        h = ((i + 1) * 2654435761 + tag * 3266489917) & mask
        h = ((h ^ (h >> 15)) * 2246822519) & mask
        h ^= h >> 13
        values.append(amplitude * (h / 2147483648.0 - 1.0))
    return torch.tensor(values, dtype=torch.float64).to(torch.float32).to(torch.float64).reshape(shape)


def build(stacks: list[list[tuple[int, int]]]) -> tuple[dict[str, torch.Tensor], list[tuple[int, bool]]]:
    """Returns the parameters by name, and for each layer its receptive field and whether a pool follows."""
    parameters: dict[str, torch.Tensor] = {}
    layers: list[tuple[int, bool]] = []
    channels = 3
    for stack_number, stack in enumerate(stacks):
        for place, (units, field) in enumerate(stack):
            last = stack_number == len(stacks) - 1 and place == len(stack) - 1
            out = CLASSES if last else max(1, math.floor(units * WIDTH + 0.5))
            number = len(layers) + 1
            fan_in = channels * field * field
            parameters[f"conv{number}.weight"] = formula(
                (out, channels, field, field), 2 * number, math.sqrt(6 / fan_in)
            )
            parameters[f"conv{number}.bias"] = formula((out,), 2 * number + 1, 0.1)
            layers.append((field, place == len(stack) - 1))
            channels = out
    return parameters, layers


def logits_of(
    images: torch.Tensor,
    parameters: dict[str, torch.Tensor],
    layers: list[tuple[int, bool]],
    name: str,
    activation: Activation,
) -> torch.Tensor:
    x = images
    for number, (field, pool) in enumerate(layers, start=1):
        padding = PADDING_OF_TWO[name] if field == 2 else (field // 2,) * 4
        x = functional.conv2d(
            functional.pad(x, padding), parameters[f"conv{number}.weight"], parameters[f"conv{number}.bias"]
        )
        if number < len(layers):
            x = activation(x)
        if pool:
            x = functional.max_pool2d(x, 2, 2, ceil_mode=True)
    return x.flatten(1)


def summary(tensor: torch.Tensor) -> dict[str, object]:
    """The Euclidean norm and 16 entries, scattered so that they differ in every index of the tensor."""
    flat = tensor.detach().flatten()
    places = [(i + 1) * 2654435761 % flat.numel() for i in range(16)]
    return {"norm": flat.norm().item(), "entries": [flat[p].item() for p in places]}


def case(name: str, stacks: list[list[tuple[int, int]]], activation: Activation) -> dict[str, object]:
    parameters, layers = build(stacks)
    for tensor in parameters.values():
        tensor.requires_grad_()
    images = formula((BATCH, 3, 32, 32), 0, 1.5)
    labels = torch.tensor([7 * i % CLASSES for i in range(BATCH)])
    logits = logits_of(images, parameters, layers, name, activation)
    loss = functional.cross_entropy(logits, labels)
    loss.backward()
    return {
        "logits": summary(logits),
        "loss": loss.item(),
        "gradients": {key: summary(value.grad) for key, value in parameters.items()},
    }


def main() -> None:
    golden = {
        "elu11 elu(alpha=1)": case("elu11", ELU11, functional.elu),
        "elu11 relu": case("elu11", ELU11, functional.relu),
        "elu11 gelu": case("elu11", ELU11, functional.gelu),
        "elu18 elu(alpha=1)": case("elu18", ELU18, functional.elu),
    }
    print(json.dumps(golden, indent=1))


if __name__ == "__main__":
    main()
