// One file over HTTP. Free of LibTorch.
#pragma once

#include <filesystem>
#include <string>

namespace elubench::data {

// Appends what is missing of the file at `url` to `path`; begins anew where the server cannot go on. Shows
// progress. Throws Error that names url and cause: no network, refusal by the server, connection lost; what was
// downloaded stays. Throws Interrupted.
void download(const std::string& url, const std::filesystem::path& path);

}  // namespace elubench::data
