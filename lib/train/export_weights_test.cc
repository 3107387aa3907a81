#include "train/export_weights.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "base/safetensors.h"
#include "train/build.h"
#include "train/checkpoint.h"
#include "train/test_run.h"
#include "train/trainer.h"

namespace elubench::train {
namespace {

TEST(ExportWeights, AreThoseOfTheNewestCheckpointInLibTorchsOrder) {
  Specification specification = small_run();
  specification.batch_norm = true;
  const data::Dataset dataset = made_up_dataset();
  const TemporaryFolder folder;
  MemoryRecorder recorder;
  run(specification, dataset, folder.path(), at::kCPU, recorder);
  const auto out = folder.path() / "weights.safetensors";
  export_weights(specification, 5, folder.path(), out);
  const SafetensorsFile file(out);
  EXPECT_EQ(file.at("conv1.weight").shape, (std::vector<std::int64_t>{10, 3, 5, 5}));
  EXPECT_EQ(file.at("bn1.running_var").shape, (std::vector<std::int64_t>{10}));
  network::Network network = build_network(specification, 5, at::kCPU);
  CheckpointStore(folder.path()).load_newest(network.parameters());
  const at::Tensor weight = network.parameters().entry("conv1.weight").value;
  const auto* exported = reinterpret_cast<const float*>(file.at("conv1.weight").bytes.data());
  EXPECT_EQ(exported[((4 * 3 + 2) * 5 + 1) * 5 + 3], weight[4][2][1][3].item<float>());
}

}  // namespace
}  // namespace elubench::train
