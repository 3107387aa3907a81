// How fast the training step and inference are, and where their time goes. Free of LibTorch.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "convolution/engine.h"
#include "train/specification.h"

namespace elubench::benchmark {

struct Request {
  // Network, activation, batch normalisation, batch size, precision and augmentation count.
  train::Specification specification;
  std::int64_t classes = 100;
  convolution::Engine engine = convolution::Engine::automatic;
  std::string device = "cpu";
  double seconds = 10;  // of measuring, of training and of inference each
};

// A part of the step. Times are medians over the steps measured. On a GPU they are of steps run call by call,
// behind other work, so that the host's gaps do not count; they may yet add up to more than the recorded step.
struct Phase {
  std::string name;   // "data", "forward", "loss", "backward", "update"
  std::string part;   // a block such as "conv3"; empty for a phase without parts
  double seconds;     // of one step
  double operations;  // multiplications and additions; 0 where they do not matter
  double bytes;       // read and written, where these matter instead
};

struct Speed {
  double images_per_second;  // at the median step
  double seconds;            // of the median step
  double fastest, slowest;   // step, in seconds
  std::int64_t steps;        // measured
  double operations;         // of a step: those of its convolutions
  std::vector<Phase> phases;
  bool recorded;  // whether a step is one recorded piece of work, as it should be on a GPU
};

struct Speeds {
  Speed training;   // gather and augment, forward, loss, backward, update
  Speed inference;  // gather, forward
};

struct Result : Speeds {
  std::string convolutions;  // whose: "oneDNN 3.2.0 (9), Winograd F(4x4, 3x3) (2)"
  double unrepeatable;       // images a second of training with algorithms that may round otherwise from run to
                             // run; 0 on a processor, which has none
  double peak;       // operations a second of the fastest matrix product found: in the same precision, or in
                     // float32 where a processor does not multiply bfloat16 faster
  double bandwidth;  // bytes a second that a copy of a large array reads and writes
  std::optional<double> handover;  // see measured_handover(); nothing of a GPU
  std::int64_t memory_bytes;       // the most that the process has held; of a GPU its own
};

// What is measured of a request: of dropout rates that change those that most iterations have, and a learning rate
// with which nothing diverges.
train::Specification measured_specification(const Request& request);

// Trains on made-up images of CIFAR's size. Throws UsageError for an unknown network or activation, and where the
// engine is not to be had; Error where training diverges, for such a step does less.
Speeds measure_speeds(const Request& request);
// As Result::convolutions, without measuring.
std::string convolutions_of(const Request& request);
Result measure(const Request& request);

// As tables for people.
std::string text_of(const Request& request, const Result& result);

}  // namespace elubench::benchmark
