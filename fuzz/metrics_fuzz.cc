// Of metrics.csv the whole rows at the beginning are read; they lie in the file one after the other, and reading
// them alone gives the same.
#include <bit>
#include <cstdint>
#include <string_view>

#include "experiment/metrics_file.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace elubench;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto found = experiment::parse_metrics(text);
  const auto whole = static_cast<std::size_t>(found.whole_bytes);
  fuzz::require(found.whole_bytes >= 0 && whole <= size, "rows end inside the file");
  fuzz::require(found.rows.size() == found.ends.size(), "every row has an end");
  std::int64_t before = 0;
  for (const std::int64_t end : found.ends) {
    fuzz::require(end > before && end <= found.whole_bytes, "rows follow each other");
    before = end;
  }
  const auto again = experiment::parse_metrics(text.substr(0, whole));
  fuzz::require(again.damage.empty(), "whole rows have no damage");
  fuzz::require(again.ends == found.ends, "whole rows read back");
  for (std::size_t i = 0; i < found.rows.size(); ++i) {
    const auto &one = found.rows[i], &same = again.rows[i];
    fuzz::require(one.iteration == same.iteration && one.split == same.split && one.name == same.name &&
                      std::bit_cast<std::uint64_t>(one.value) == std::bit_cast<std::uint64_t>(same.value),
                  "a row reads back as it was");
  }
  return 0;
}
