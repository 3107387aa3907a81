// Archives. Free of LibTorch.
#pragma once

#include <filesystem>

namespace elubench::data {

// Unpacks the regular files and folders of a (compressed) tar archive into `folder`. Throws Error for a damaged
// archive and for one with an entry that is anything else or lies outside the folder.
void unpack(const std::filesystem::path& archive, const std::filesystem::path& folder);

}  // namespace elubench::data
