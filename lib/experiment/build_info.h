// How this program was built, baked in at build time (build_info.cmake). Free of LibTorch.
#pragma once

#include <string_view>

namespace elubench::experiment {

struct BuildInfo {
  std::string_view version;
  std::string_view git_commit;       // "unknown" where the sources are no git checkout
  bool git_dirty;                    // sources differ from that commit
  std::string_view source_checksum;  // SHA-256 over lib/ and the CMake files, tests left out
  std::string_view compiler;
  std::string_view flags;
  std::string_view libtorch;
};

const BuildInfo& build_info();

}  // namespace elubench::experiment
