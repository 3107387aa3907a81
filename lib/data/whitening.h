// Global contrast normalisation and ZCA whitening as the ELU paper takes them from Goodfellow et al. 2013
// (pylearn2's GlobalContrastNormalization(scale=55) and ZCA()), for images as rows of any length.
#pragma once

#include <ATen/core/Tensor.h>

namespace elubench::data {

struct WhiteningParameters {
  double scale = 55;            // the L2 norm of a contrast-normalised row
  double smallest_norm = 1e-8;  // a smaller one counts as 1
  double regularization = 0.1;  // added to the diagonal of the covariance
};

// y = (x - mean) projection for contrast-normalised rows x. With C = X'X / N + regularization I of the centred
// rows and C = V diag(l) V', projection = V diag(l^-1/2) V'.
struct Whitening {
  WhiteningParameters parameters;
  at::Tensor mean;        // float64 (D)
  at::Tensor projection;  // float32 (D, D), rounded from float64
};

// Of each row: minus its mean, divided by its L2 norm, times scale. rows: (N, D) of any type; returns float64 (N,
// D).
at::Tensor contrast_normalized(const at::Tensor& rows, const WhiteningParameters& parameters);

// Fits it, in double, to the rows before their contrast normalisation: (N, D) of any type. Works on some rows at a
// time. The result does not depend on the number of threads. Throws Interrupted between them.
Whitening fit_whitening(const at::Tensor& rows, const WhiteningParameters& parameters);

// Contrast-normalises (in double) and whitens (in float) rows, (N, D) of any type. Returns float32 (N, D), which
// does not depend on the number of threads either.
at::Tensor whitened(const Whitening& whitening, const at::Tensor& rows);

}  // namespace elubench::data
