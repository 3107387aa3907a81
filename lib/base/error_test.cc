#include "base/error.h"

#include <gtest/gtest.h>

#include <new>

namespace elubench {
namespace {

TEST(Error, IsOneLineWhateverItQuotes) {
  EXPECT_STREQ(Error("no 'a\nb\t\x1b[31m\x7f', but 'é'").what(), "no 'a\\nb\\t\\x1b[31m\\x7f', but 'é'");
}

TEST(MessageOf, IsTheFirstLine) {
  EXPECT_EQ(message_of(Error("one")), "one");
  EXPECT_EQ(message_of(std::runtime_error("one\ntwo")), "one");
}

// As the standard library, LibTorch's allocator on the processor, that on CUDA devices, and cuBLAS put it.
TEST(MessageOf, NamesAFullMemory) {
  const std::string full = "the memory is full; a smaller batch or network needs less";
  EXPECT_EQ(message_of(std::bad_alloc()), full);
  EXPECT_EQ(
      message_of(std::runtime_error("[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't "
                                    "allocate memory: you tried to allocate 8 bytes.")),
      full);
  EXPECT_EQ(message_of(std::runtime_error("CUDA out of memory. Tried to allocate 2.00 GiB.")), full);
  EXPECT_EQ(message_of(std::runtime_error("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`")),
            full);
}

TEST(MessageOf, SaysWhatCuDnnMayLack) {
  const std::string said = "GET was unable to find an engine to execute this computation";
  EXPECT_TRUE(message_of(std::runtime_error(said)).starts_with(said + " (the GPU's memory may be full"));
}

}  // namespace
}  // namespace elubench
