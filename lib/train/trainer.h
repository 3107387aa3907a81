// One run, from its specification to its last checkpoint.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "data/dataset.h"
#include "train/evaluation.h"
#include "train/recorder.h"
#include "train/specification.h"

namespace elubench::train {

struct Outcome {
  bool diverged = false;  // a loss or weight was not finite; rows and the last checkpoint are kept
  std::int64_t iteration = 0;
};

// Trains in `folder` (which must be there and be locked by the caller): resumes from the newest checkpoint that is
// whole and whose rows `recorder` still has, else starts from the initial weights. Saves every `checkpoint_every`
// iterations and at the end; on a GPU no oftener than every ten seconds. Throws Interrupted, after saving, when a
// signal asked to stop (see base/interrupt.h).
Outcome run(const Specification& specification, const data::Dataset& dataset, const std::filesystem::path& folder,
            at::Device device, Recorder& recorder);

struct CheckpointEvaluation : Evaluation {
  std::int64_t iteration;  // the checkpoint's
};

// Test loss and error of the newest whole checkpoint in `folder`. Throws Error where there is none.
CheckpointEvaluation evaluate_checkpoint(const Specification& specification, const data::Dataset& dataset,
                                         const std::filesystem::path& folder, at::Device device);

}  // namespace elubench::train
