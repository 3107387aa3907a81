#include "data/dump.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include "base/error.h"
#include "base/temporary_folder.h"
#include "data/stored_tensor.h"
#include "data/synthetic.h"

namespace elubench::data {
namespace {

TEST(Dump, HoldsAllImagesInFileOrder) {
  const TemporaryFolder folder(testing::TempDir());
  Specification what;
  what.set = "synthetic(classes=4, train_images=10, test_images=6, seed=3)";
  what.preprocessing = Preprocessing::none;
  what.limit = 2;
  what.validation = 5;
  dump(what, {}, folder.path() / "set.safetensors");
  const SafetensorsFile file(folder.path() / "set.safetensors");
  EXPECT_EQ(file.tensors().size(), 4u);
  const RawDataset raw = make_synthetic(parse_synthetic(what.set));
  const at::Tensor train = loaded(file.at("train_images"), at::kFloat, {10, 3, 32, 32});
  EXPECT_TRUE(at::allclose(train * 255, raw.train.pixels.to(at::kFloat)));
  const at::Tensor test = loaded(file.at("test_images"), at::kFloat, {6, 3, 32, 32});
  EXPECT_TRUE(at::allclose(test * 255, raw.test.pixels.to(at::kFloat)));
  EXPECT_TRUE(at::equal(loaded(file.at("train_labels"), at::kLong, {10}), raw.train.labels));
  EXPECT_TRUE(at::equal(loaded(file.at("test_labels"), at::kLong, {6}), raw.test.labels));
}

TEST(Dump, FolderThatDoesNotExistIsAnError) {
  Specification what;
  what.set = "synthetic(classes=2, train_images=2, test_images=2)";
  what.preprocessing = Preprocessing::none;
  EXPECT_THROW(dump(what, {}, "/nowhere/set.safetensors"), Error);
}

}  // namespace
}  // namespace elubench::data
