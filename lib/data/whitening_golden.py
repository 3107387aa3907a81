#!/usr/bin/env python3
"""Writes the golden files of contrast normalisation and ZCA whitening, by numpy in double.

whitening_golden.py > whitening_golden.json                              made-up rows
whitening_golden.py DIR/cifar-100-binary > whitened_cifar_golden.json    CIFAR-100 itself; 3 minutes, 8 GiB
"""

import json
import sys
from pathlib import Path

import numpy as np

ROWS, DIMENSION = 30, 12
SCALE, SMALLEST_NORM, REGULARIZATION = 55.0, 1e-8, 0.1


def contrast_normalized(rows: np.ndarray) -> np.ndarray:
    """Subtracts each row's mean and gives it the L2 norm SCALE; a row without contrast becomes zeros."""
    centred = rows - rows.mean(axis=1, keepdims=True)
    norms = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    norms[norms < SMALLEST_NORM] = 1.0
    return SCALE * centred / norms


def whitening(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns mean and projection. The inverse root is found by the singular values of the data, not by the
    eigenvalues of the covariance as in the program."""
    mean = rows.mean(axis=0)
    triangle = np.linalg.qr((rows - mean) / np.sqrt(len(rows)), mode="r")  # has the rows' singular values
    _, singular, directions = np.linalg.svd(triangle, full_matrices=True)
    variances = np.zeros(rows.shape[1])
    variances[: len(singular)] = singular**2
    return mean, directions.T @ np.diag(1 / np.sqrt(variances + REGULARIZATION)) @ directions


def made_up() -> dict[str, list]:
    pixels = np.random.default_rng(2013).integers(0, 256, (ROWS, DIMENSION))
    pixels[:, 1] = (pixels[:, 0] + pixels[:, 1] // 8) % 256  # correlated, as neighbours are
    pixels[3] = 77  # an image without contrast
    rows = contrast_normalized(pixels.astype(np.float64))
    mean, projection = whitening(rows)
    return {
        "pixels": pixels.tolist(),
        "contrast_normalized": rows.tolist(),
        "mean": mean.tolist(),
        "projection": projection.tolist(),
        "whitened": ((rows - mean) @ projection).tolist(),
    }


def images_in(file: Path) -> np.ndarray:
    """Returns the images of a CIFAR-100 file: (N, 3072), double."""
    records = np.fromfile(file, np.uint8).reshape(-1, 2 + 3072)
    return records[:, 2:].astype(np.float64)


def sample(rows: np.ndarray) -> dict[str, float | list[float]]:
    """Returns the norm, and 64 values spread over the rows and their columns."""
    places = [(i * len(rows) // 64, i * 1000003 % rows.shape[1]) for i in range(64)]
    return {"norm": float(np.linalg.norm(rows)), "values": [float(rows[place]) for place in places]}


def whitened_cifar(folder: Path) -> dict[str, dict]:
    train = contrast_normalized(images_in(folder / "train.bin"))
    mean, projection = whitening(train)
    test = contrast_normalized(images_in(folder / "test.bin"))
    return {"train": sample((train - mean) @ projection), "test": sample((test - mean) @ projection)}


def main() -> None:
    golden = whitened_cifar(Path(sys.argv[1])) if len(sys.argv) > 1 else made_up()
    print(json.dumps(golden, indent=None, separators=(",", ":")))


if __name__ == "__main__":
    main()
