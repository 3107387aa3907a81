#!/usr/bin/env python3
"""The training step of elubench in JAX, jit-compiled: fp32, or bf16 with fp32 master weights. Images are NHWC."""

from __future__ import annotations

import argparse
from functools import partial

from shared import (
    CLASSES,
    CROP_PADDING,
    IMAGES,
    LEARNING_RATE,
    MOMENTUM,
    NETWORKS,
    WEIGHT_DECAY,
    arguments,
    dropout_of,
    padding_of,
    report,
)

OPTIONS = arguments(["jit"])

import jax  # noqa: E402  (it takes a thread for each processor that it may use by then)
import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402

if OPTIONS.precision == "fp32":
    jax.config.update("jax_default_matmul_precision", "highest")  # a GPU would round to TF32
NETWORK = NETWORKS[OPTIONS.network]
ELEMENT = jnp.bfloat16 if OPTIONS.precision == "bf16" else jnp.float32

Parameters = list[dict[str, jax.Array]]


def initial_parameters(key: jax.Array) -> Parameters:
    parameters: Parameters = []
    channels = 3
    for stack in NETWORK.stacks:
        for units, field in stack:
            key, drawn = jax.random.split(key)
            scale = (channels * field * field) ** -0.5
            weight = scale * jax.random.normal(drawn, (field, field, channels, units))
            parameters.append({"weight": weight, "bias": jnp.zeros(units)})
            channels = units
    return parameters


def pooled(x: jax.Array) -> jax.Array:
    """2x2 max-pooling with stride 2, rounding up."""
    odd = x.shape[1] % 2
    return lax.reduce_window(
        x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), ((0, 0), (0, odd), (0, odd), (0, 0))
    )


def logits_of(parameters: Parameters, images: jax.Array, key: jax.Array | None) -> jax.Array:
    activation = jax.nn.elu if OPTIONS.activation == "elu" else jax.nn.relu
    x = images.astype(ELEMENT)
    layer = 0
    for number, stack in enumerate(NETWORK.stacks):
        for place, (_, field) in enumerate(stack):
            weight = parameters[layer]["weight"].astype(ELEMENT)
            padding = [padding_of(NETWORK, field)] * 2
            x = lax.conv_general_dilated(x, weight, (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))
            x = x + parameters[layer]["bias"].astype(ELEMENT)
            layer += 1
            if layer < len(parameters):
                x = activation(x)
            if place == len(stack) - 1:
                x = pooled(x)
            rate = dropout_of(NETWORK, number, place)
            if rate > 0 and key is not None:
                key, drawn = jax.random.split(key)
                x = jnp.where(jax.random.bernoulli(drawn, 1 - rate, x.shape), x / (1 - rate), 0).astype(ELEMENT)
    return x.reshape(x.shape[0], -1).astype(jnp.float32)


def augmented(images: jax.Array, key: jax.Array) -> jax.Array:
    """A random 32x32 crop of each padded image, flipped with probability 1/2."""
    padded = jnp.pad(images, ((0, 0), (CROP_PADDING, CROP_PADDING), (CROP_PADDING, CROP_PADDING), (0, 0)))
    offset_key, flip_key = jax.random.split(key)
    offsets = jax.random.randint(offset_key, (len(images), 2), 0, 2 * CROP_PADDING + 1)
    crop = jax.vmap(lambda image, offset: lax.dynamic_slice(image, (offset[0], offset[1], 0), (32, 32, 3)))
    cropped = crop(padded, offsets)
    flips = jax.random.bernoulli(flip_key, 0.5, (len(images), 1, 1, 1))
    return jnp.where(flips, cropped[:, :, ::-1], cropped)


@partial(jax.jit, donate_argnums=(0, 1))
def train_step(
    parameters: Parameters, velocities: Parameters, images: jax.Array, labels: jax.Array, key: jax.Array
) -> tuple[Parameters, Parameters, jax.Array]:
    choice_key, augment_key, dropout_key, next_key = jax.random.split(key, 4)
    chosen = jax.random.randint(choice_key, (OPTIONS.batch,), 0, IMAGES)
    batch = augmented(images[chosen], augment_key)

    def loss(candidate: Parameters) -> jax.Array:
        probabilities = jax.nn.log_softmax(logits_of(candidate, batch, dropout_key))
        return -jnp.mean(jnp.take_along_axis(probabilities, labels[chosen][:, None], axis=1))

    gradients = jax.grad(loss)(parameters)
    velocities = jax.tree.map(
        lambda v, g, w: MOMENTUM * v + LEARNING_RATE * (g + WEIGHT_DECAY * w), velocities, gradients, parameters
    )
    return jax.tree.map(lambda w, v: w - v, parameters, velocities), velocities, next_key


class Training:
    def __init__(self, options: argparse.Namespace) -> None:
        key, images_key, self.key = jax.random.split(jax.random.key(1), 3)
        self.images = jax.random.normal(images_key, (IMAGES, 32, 32, 3))
        self.labels = jnp.arange(IMAGES) % CLASSES
        self.parameters = initial_parameters(key)
        self.velocities = jax.tree.map(jnp.zeros_like, self.parameters)
        self.batch = self.images[: options.batch]
        self.forward = jax.jit(lambda parameters, images: logits_of(parameters, images, None))
        self.logits = jnp.zeros(())

    def train(self) -> None:
        self.parameters, self.velocities, self.key = train_step(
            self.parameters, self.velocities, self.images, self.labels, self.key
        )

    def infer(self) -> None:
        self.logits = self.forward(self.parameters, self.batch)

    def wait(self) -> None:
        jax.block_until_ready((self.parameters, self.logits))


def main() -> None:
    training = Training(OPTIONS)
    parameters = sum(array.size for array in jax.tree.leaves(training.parameters))
    report(f"JAX {jax.__version__}", OPTIONS, parameters, training.train, training.infer, training.wait)


if __name__ == "__main__":
    main()
