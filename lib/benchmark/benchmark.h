// How fast the training step and inference are, and where their time goes. Free of LibTorch.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "convolution/engine.h"
#include "train/specification.h"

namespace elubench::benchmark {

struct Request {
  std::string network = "elu11";
  std::string activation = "elu";
  bool batch_norm = false;
  std::int64_t batch_size = 100;
  train::Precision precision = train::Precision::fp32;
  convolution::Engine engine = convolution::Engine::automatic;
  std::string device = "cpu";
  double seconds = 10;  // of measuring, of training and of inference each
};

// A part of the step. Times are medians over the steps measured.
struct Phase {
  std::string name;   // "data", "forward", "loss", "backward", "update"
  std::string part;   // a block such as "conv3"; empty for a phase without parts
  double seconds;     // of one step
  double operations;  // multiplications and additions; 0 where they do not matter
};

struct Speed {
  double images_per_second;  // at the median step
  double seconds;            // of the median step
  double fastest, slowest;   // step, in seconds
  std::int64_t steps;        // measured
  double operations;         // of a step: those of its convolutions
  std::vector<Phase> phases;
};

struct Result {
  std::string convolutions;   // whose: "oneDNN 3.2.0", "LibTorch"
  Speed training;             // gather and augment, forward, loss, backward, update
  Speed inference;            // gather, forward
  double peak;                // operations a second of the fastest matrix product found, in the same precision
  std::int64_t memory_bytes;  // the most that the process has held
};

// Trains on made-up images of CIFAR-100's size. Throws UsageError for an unknown network or activation, and where
// the engine is not to be had.
Result measure(const Request& request);

// As tables for people.
std::string text_of(const Request& request, const Result& result);

}  // namespace elubench::benchmark
