#!/usr/bin/env python3
"""The training step of elubench in Keras on TensorFlow: fp32 or mixed_bfloat16, with and without XLA."""

from __future__ import annotations

import argparse

import keras
import tensorflow as tf
from keras import layers
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


def build(network: Network, activation: str) -> keras.Model:
    inputs = keras.Input((32, 32, 3))
    x = inputs
    last_stack = len(network.stacks) - 1
    for number, stack in enumerate(network.stacks):
        for place, (units, field) in enumerate(stack):
            # "same" puts the odd zero of an even receptive field at the end, as the networks want it.
            padding = "same" if padding_of(network, field)[1] else "valid"
            x = layers.Conv2D(units, field, padding=padding)(x)
            if number < last_stack or place < len(stack) - 1:
                x = layers.Activation(activation)(x)
            if place == len(stack) - 1:
                x = layers.MaxPooling2D(2, 2, padding="same")(x)
            if (rate := dropout_of(network, number, place)) > 0:
                x = layers.Dropout(rate)(x)
    return keras.Model(inputs, layers.Activation("linear", dtype="float32")(layers.Flatten()(x)))


def augmented(images: tf.Tensor) -> tf.Tensor:
    """A random 32x32 crop of each padded image, flipped with probability 1/2."""
    count = tf.shape(images)[0]
    padded = tf.pad(images, ((0, 0), (CROP_PADDING, CROP_PADDING), (CROP_PADDING, CROP_PADDING), (0, 0)))
    span = 2 * CROP_PADDING + 1
    rows = tf.random.uniform((count, 1), 0, span, tf.int32) + tf.range(32)
    columns = tf.random.uniform((count, 1), 0, span, tf.int32) + tf.range(32)
    columns = tf.where(tf.random.uniform((count, 1)) < 0.5, columns[:, ::-1], columns)
    cropped = tf.gather(padded, rows, axis=1, batch_dims=1)
    return tf.transpose(
        tf.gather(tf.transpose(cropped, (0, 2, 1, 3)), columns, axis=1, batch_dims=1), (0, 2, 1, 3)
    )


class Training:
    def __init__(self, options: argparse.Namespace) -> None:
        if options.precision == "bf16":
            keras.mixed_precision.set_global_policy("mixed_bfloat16")
        self.options = options
        self.images = tf.random.normal((IMAGES, 32, 32, 3))
        self.labels = tf.range(IMAGES) % CLASSES
        self.model = build(NETWORKS[options.network], options.activation)
        self.velocities = [tf.Variable(tf.zeros_like(w)) for w in self.model.trainable_variables]
        self.loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        xla = options.mode == "xla"
        self.train = tf.function(self.train_step, jit_compile=xla)
        self.infer = tf.function(self.inference, jit_compile=xla)

    def train_step(self) -> None:
        chosen = tf.random.uniform((self.options.batch,), 0, IMAGES, tf.int32)
        batch = augmented(tf.gather(self.images, chosen))
        with tf.GradientTape() as tape:
            loss = self.loss(tf.gather(self.labels, chosen), self.model(batch, training=True))
        weights = self.model.trainable_variables
        for weight, velocity, gradient in zip(weights, self.velocities, tape.gradient(loss, weights), strict=True):
            velocity.assign(MOMENTUM * velocity + LEARNING_RATE * (gradient + WEIGHT_DECAY * weight))
            weight.assign_sub(velocity)

    def inference(self) -> tf.Tensor:
        return self.model(self.images[: self.options.batch], training=False)


def main() -> None:
    options = arguments(["graph", "xla"], devices=("cpu",))
    tf.config.threading.set_intra_op_parallelism_threads(options.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    training = Training(options)
    report(
        f"Keras {keras.__version__}, TensorFlow {tf.__version__}",
        options,
        training.model.count_params(),
        training.train,
        lambda: training.infer().numpy(),
        wait=lambda: None,  # a processor has done what was called
    )


if __name__ == "__main__":
    main()
