#!/usr/bin/env python3
"""The training step of elubench in PyTorch: eager or compiled, fp32 or bf16 autocast, channels last.

On a GPU also with the whole step, its network compiled, recorded as a CUDA graph by hand.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import torch
from shared import (
    CLASSES,
    CROP_PADDING,
    IMAGES,
    LEARNING_RATE,
    MOMENTUM,
    NETWORKS,
    WEIGHT_DECAY,
    Network,
    arguments,
    dropout_of,
    padding_of,
    report,
)
from torch import nn
from torch.nn import functional


def build(network: Network, activation: str) -> nn.Sequential:
    layers: list[nn.Module] = []
    channels = 3
    last_stack = len(network.stacks) - 1
    for number, stack in enumerate(network.stacks):
        for place, (units, field) in enumerate(stack):
            before, after = padding_of(network, field)
            if before != after:
                layers.append(nn.ZeroPad2d((before, after, before, after)))
            layers.append(nn.Conv2d(channels, units, field, padding=before if before == after else 0))
            channels = units
            if number < last_stack or place < len(stack) - 1:
                layers.append(nn.ELU() if activation == "elu" else nn.ReLU())
            if place == len(stack) - 1:
                layers.append(nn.MaxPool2d(2, 2, ceil_mode=True))
            if (rate := dropout_of(network, number, place)) > 0:
                layers.append(nn.Dropout(rate))
    return nn.Sequential(*layers, nn.Flatten()).to(memory_format=torch.channels_last)


def augmented(images: torch.Tensor, chosen: torch.Tensor) -> torch.Tensor:
    """A random 32x32 crop of each padded image, flipped with probability 1/2."""
    batch = functional.pad(images[chosen], (CROP_PADDING,) * 4)
    count = len(chosen)
    span = 2 * CROP_PADDING + 1
    device = images.device
    pixels = torch.arange(32, device=device)
    rows = torch.randint(span, (count, 1), device=device) + pixels
    columns = torch.randint(span, (count, 1), device=device) + pixels
    columns = torch.where(torch.rand(count, 1, device=device) < 0.5, columns.flip(1), columns)
    numbers = torch.arange(count, device=device)[:, None, None]
    cropped = batch.permute(0, 2, 3, 1)[numbers, rows[:, :, None], columns[:, None, :]]
    return cropped.permute(0, 3, 1, 2)


class Training:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        device = torch.device(options.device)
        self.images = torch.randn(IMAGES, 3, 32, 32, device=device).to(memory_format=torch.channels_last)
        self.labels = torch.arange(IMAGES, device=device) % CLASSES
        self.model = build(NETWORKS[options.network], options.activation).to(device)
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), LEARNING_RATE, MOMENTUM, weight_decay=WEIGHT_DECAY, fused=True
        )
        self.forward = self.model if options.mode == "eager" else torch.compile(self.model)

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.options.device, torch.bfloat16, enabled=self.options.precision == "bf16")

    def train(self) -> None:
        chosen = torch.randint(IMAGES, (self.options.batch,), device=self.images.device)
        batch = augmented(self.images, chosen)
        with self.autocast():
            loss = functional.cross_entropy(self.forward(batch), self.labels[chosen])
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def infer(self) -> torch.Tensor:
        self.model.eval()
        with torch.inference_mode(), self.autocast():
            return self.forward(self.images[: self.options.batch])


def recorded(step: Callable[[], object]) -> Callable[[], object]:
    """The step as a CUDA graph, recorded when it is first called."""
    graph = torch.cuda.CUDAGraph()
    ready = False

    def replay() -> None:
        nonlocal ready
        if not ready:
            stream = torch.cuda.Stream()
            with torch.cuda.stream(stream):
                for _ in range(3):
                    step()
            stream.synchronize()
            with torch.cuda.graph(graph):
                step()
            ready = True
        graph.replay()

    return replay


def main() -> None:
    options = arguments(["eager", "compile", "graph"])
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    on_gpu = options.device == "cuda"
    if options.mode == "graph" and not on_gpu:
        raise SystemExit("pytorch_peer: a step is recorded on a GPU alone; give --device cuda")
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    training = Training(options)
    parameters = sum(parameter.numel() for parameter in training.model.parameters())
    train, infer = training.train, training.infer
    if options.mode == "graph":
        train, infer = recorded(train), recorded(infer)
    wait = torch.cuda.synchronize if on_gpu else lambda: None
    most_memory = torch.cuda.max_memory_reserved if on_gpu else None
    report(f"PyTorch {torch.__version__}", options, parameters, train, infer, wait, most_memory)


if __name__ == "__main__":
    main()
