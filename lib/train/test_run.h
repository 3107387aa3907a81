// What the tests of this room share: a made-up data set, a small run, and a recorder in memory.
#pragma once

#include <ATen/Functions.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <string>
#include <vector>

#include "base/temporary_folder.h"
#include "data/dataset.h"
#include "random/philox.h"
#include "train/build.h"
#include "train/recorder.h"
#include "train/specification.h"

namespace elubench::train {

inline data::Images made_up_images(std::int64_t count, std::int64_t classes, std::uint32_t part) {
  data::Images images{at::empty({count, 32, 32, 3}, at::kFloat), at::empty({count}, at::kLong)};
  const random::Stream stream{1, random::Purpose::synthetic_data, part, 0};
  for (std::int64_t i = 0; i < images.pixels.numel(); ++i) {
    images.pixels.data_ptr<float>()[i] =
        static_cast<float>(random::normal_pair(stream.block(static_cast<std::uint64_t>(i)))[0]);
  }
  for (std::int64_t i = 0; i < count; ++i) images.labels[i] = i % classes;
  return images;
}

inline network::Network initial_network(const Specification& specification) {
  network::Network network = build_network(specification, 5, at::kCPU);
  set_initial_weights(specification, network);
  return network;
}

inline data::Dataset made_up_dataset() {
  data::Dataset dataset;
  dataset.classes = 5;
  dataset.train = made_up_images(33, 5, 0);
  dataset.test = made_up_images(17, 5, 1);
  return dataset;
}

// Ten iterations of batches of 8 on a network of a twentieth of the width.
inline Specification small_run() {
  Specification run;
  run.network.width = 0.05;
  run.activation = "elu(alpha=1)";
  run.batch_size = 8;
  run.iterations = 10;
  run.learning_rate = {{0, 0.05}, {6, 0.01}};
  run.test_every = 5;
  run.log_every = 4;
  run.checkpoint_every = 3;
  return run;
}

class MemoryRecorder : public Recorder {
 public:
  std::vector<Metric> rows;
  std::vector<Metric> copied_rows;
  std::vector<Progress> shown;
  // Called after each progress report; may throw, as a killed process would stop there.
  std::function<void(const Progress&)> on_progress;

  void record(const Metric& metric) override { rows.push_back(metric); }
  std::int64_t flush() override { return static_cast<std::int64_t>(rows.size()); }
  std::int64_t rows_through(std::int64_t iteration) override {
    return std::count_if(rows.begin(), rows.end(), [&](const Metric& row) { return row.iteration <= iteration; });
  }
  void begin(std::int64_t, std::int64_t kept) override { rows.resize(static_cast<std::size_t>(kept)); }
  void keep_copy() override { copied_rows = rows; }
  void progress(const Progress& progress) override {
    shown.push_back(progress);
    if (on_progress) on_progress(progress);
  }

  // All rows but those that depend on the clock, as text.
  std::vector<std::string> repeatable() const {
    std::vector<std::string> all;
    for (const Metric& row : rows) {
      if (row.name == "seconds" || row.name == "images_per_second") continue;
      all.push_back(std::to_string(row.iteration) + " " + std::to_string(row.epoch) + " " + row.split + " " +
                    row.name + " " + std::to_string(std::bit_cast<std::uint64_t>(row.value)));
    }
    return all;
  }
};

}  // namespace elubench::train
