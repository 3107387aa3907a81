// A whitening that was fitted once is kept in a file: the fit to CIFAR takes half a minute.
#pragma once

#include <filesystem>
#include <vector>

#include "data/whitening.h"

namespace elubench::data {

// The whitening fitted to `rows`, read from the first of the folders that has it, else fitted and written to the
// first of them that can be written. A file that is damaged or belongs to other rows or parameters is replaced,
// with a warning; where no folder can be written there is a warning only.
Whitening cached_whitening(const at::Tensor& rows, const WhiteningParameters& parameters,
                           const std::vector<std::filesystem::path>& folders);

// Writes the file of `whitening`, fitted to `rows`, into the folder, which is made if needed, and returns its
// path. Throws Error.
std::filesystem::path write_whitening(const Whitening& whitening, const at::Tensor& rows,
                                      const std::filesystem::path& folder);

}  // namespace elubench::data
