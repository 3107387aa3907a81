#!/usr/bin/env python3
"""Writes whitening_golden.json: contrast normalisation and ZCA whitening of made-up rows, by numpy in double.

whitening_golden.py > whitening_golden.json
"""

import json

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
    _, singular, directions = np.linalg.svd((rows - mean) / np.sqrt(len(rows)), full_matrices=True)
    variances = np.zeros(rows.shape[1])
    variances[: len(singular)] = singular**2
    return mean, directions.T @ np.diag(1 / np.sqrt(variances + REGULARIZATION)) @ directions


def main() -> None:
    pixels = np.random.default_rng(2013).integers(0, 256, (ROWS, DIMENSION))
    pixels[:, 1] = (pixels[:, 0] + pixels[:, 1] // 8) % 256  # correlated, as neighbours are
    pixels[3] = 77  # an image without contrast
    rows = contrast_normalized(pixels.astype(np.float64))
    mean, projection = whitening(rows)
    golden = {
        "pixels": pixels.tolist(),
        "contrast_normalized": rows.tolist(),
        "mean": mean.tolist(),
        "projection": projection.tolist(),
        "whitened": ((rows - mean) @ projection).tolist(),
    }
    print(json.dumps(golden, indent=None, separators=(",", ":")))


if __name__ == "__main__":
    main()
