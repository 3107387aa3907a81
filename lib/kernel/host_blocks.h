// What a device runs in threads, run on the host: for kernels that no host needs to be fast at.
#pragma once

#include <cstdint>
#include <memory>

#include "base/parallel.h"

namespace elubench::kernel {

// body(image, element) for every image and element.
template <class Body>
void for_each_image_element(std::int64_t images, std::uint32_t elements, const Body& body) {
  parallel_for(0, images, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t image = first; image < last; ++image) {
      for (std::uint32_t element = 0; element < elements; ++element) body(image, element);
    }
  });
}

// Every block of a program in phases (see column_sums_block.h).
template <class Program>
void run_blocks(const Program& program) {
  parallel_for(0, program.blocks_across() * program.blocks_down(), 1, [&](std::int64_t first, std::int64_t last) {
    const auto shared = std::make_unique<typename Program::Shared>();
    for (std::int64_t block = first; block < last; ++block) {
      for (int phase = 0; phase < Program::phases; ++phase) {
        for (int thread = 0; thread < Program::threads; ++thread) {
          program.run(phase, block % program.blocks_across(), block / program.blocks_across(), thread, *shared);
        }
      }
    }
  });
}

}  // namespace elubench::kernel
