// For measurements: told what has just ended.
#pragma once

#include <string_view>

namespace elubench::network {

class Observer {
 public:
  virtual ~Observer() = default;
  // phase: "data", "forward", "loss", "backward", "update"; part: a block such as "conv3", or empty. A part may
  // come back in the same phase: once for each slice of the batch.
  virtual void finished(std::string_view phase, std::string_view part) = 0;
};

}  // namespace elubench::network
