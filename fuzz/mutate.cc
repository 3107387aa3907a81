// Where there is no libFuzzer: the corpus as it is, and mutations of it, the same at every run.
//   <target>_fuzz FOLDER [MUTATIONS]
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "target.h"

namespace {

using Bytes = std::vector<std::uint8_t>;
using Generator = std::mt19937_64;

std::vector<Bytes> read_all(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  std::vector<Bytes> files;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return files;
}

std::size_t below(std::size_t limit, Generator& random) { return limit == 0 ? 0 : random() % limit; }

// Changes, removes, repeats or brings over a piece.
Bytes mutated(Bytes bytes, const std::vector<Bytes>& corpus, Generator& random) {
  const std::size_t changes = 1 + below(4, random);
  for (std::size_t i = 0; i < changes; ++i) {
    const std::size_t place = below(bytes.size() + 1, random);
    const auto at = bytes.begin() + static_cast<std::ptrdiff_t>(place);
    const std::size_t length = std::min(below(16, random) + 1, bytes.size() - place);
    switch (below(4, random)) {
      case 0:
        if (place < bytes.size()) bytes[place] = static_cast<std::uint8_t>(random());
        break;
      case 1:
        bytes.erase(at, at + static_cast<std::ptrdiff_t>(length));
        break;
      case 2: {
        const Bytes piece(at, at + static_cast<std::ptrdiff_t>(length));
        bytes.insert(at, piece.begin(), piece.end());
        break;
      }
      default: {
        const Bytes& other = corpus[below(corpus.size(), random)];
        const std::size_t from = below(other.size() + 1, random);
        const auto first = other.begin() + static_cast<std::ptrdiff_t>(from);
        bytes.insert(at, first,
                     first + static_cast<std::ptrdiff_t>(std::min<std::size_t>(32, other.size() - from)));
      }
    }
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto corpus = read_all(argv[1]);
  const long mutations = argc > 2 ? std::stol(argv[2]) : 5000;
  if (corpus.empty()) {
    std::cerr << "there is nothing in " << argv[1] << "\n";
    return 2;
  }
  for (const Bytes& bytes : corpus) LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  Generator random(1);
  for (long i = 0; i < mutations; ++i) {
    const Bytes bytes = mutated(corpus[below(corpus.size(), random)], corpus, random);
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
  }
  std::cout << corpus.size() << " files and " << mutations << " mutations\n";
}
