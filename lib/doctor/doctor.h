// Whether this program computes what it should on this machine: the first thing to ask of whoever reports a
// problem. Free of LibTorch.
#pragma once

#include <functional>
#include <string>

namespace elubench::doctor {

struct Finding {
  std::string check;  // "pool, activation and dropout, fp32"
  bool passed;
  std::string detail;  // what was compared and how far it was off, or why it failed
};

// Examines a device ("cpu", "cuda:0"): each kernel against plain arithmetic in double precision, convolutions
// against LibTorch's in double precision, and whether training repeats its results and checkpoints give back
// theirs; on a GPU also whether a recorded step gives the bits of one run call by call, and whether training and
// evaluation agree with the processor's. Tells each finding as soon as there is one. Returns whether all passed.
// Writes into the folder for temporary files.
bool examine(const std::string& device, const std::function<void(const Finding&)>& tell);

}  // namespace elubench::doctor
