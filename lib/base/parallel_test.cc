#include "base/parallel.h"

#include <gtest/gtest.h>
#include <omp.h>

#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace elubench {
namespace {

TEST(ParallelFor, VisitsEveryIndexOnceAtAnyThreadCount) {
  const int before = thread_count();
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    EXPECT_EQ(thread_count(), threads);
    for (const std::int64_t size : {0, 1, 7, 1000}) {
      std::vector<int> visits(static_cast<std::size_t>(size));
      parallel_for(0, size, 2, [&](std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) ++visits[static_cast<std::size_t>(i)];
      });
      EXPECT_EQ(visits, std::vector<int>(static_cast<std::size_t>(size), 1));
    }
  }
  set_thread_count(before);
}

TEST(ParallelFor, UsesTheThreadsItHas) {
  const int before = thread_count();
  for (const int threads : {1, 2, 3}) {
    set_thread_count(threads);
    std::mutex mutex;
    std::set<std::thread::id> seen;
    parallel_for(0, 1000, 1, [&](std::int64_t, std::int64_t) {
      const std::lock_guard lock(mutex);
      seen.insert(std::this_thread::get_id());
    });
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(threads));
  }
  set_thread_count(before);
}

TEST(ParallelFor, PassesOnWhatTheBodyThrows) {
  const auto body = [](std::int64_t first, std::int64_t) {
    if (first == 0) throw std::runtime_error("from the body");
  };
  EXPECT_THROW(parallel_for(0, 1000, 1, body), std::runtime_error);
}

TEST(SetThreadCount, AsksForAsManyThreadsOnABusyMachine) {
  ::omp_set_dynamic(1);  // as OMP_DYNAMIC=true does
  set_thread_count(0);
  EXPECT_EQ(::omp_get_dynamic(), 0);
}

// Else what is set here would be set of other threads.
TEST(SetThreadCount, IsOfTheRuntimeThatLibTorchHas) {
  const int before = thread_count();
  ::omp_set_num_threads(before + 1);
  EXPECT_EQ(thread_count(), before + 1);
  set_thread_count(before);
}

TEST(SetThreadCount, LeavesTheDefaultForZero) {
  const int before = thread_count();
  set_thread_count(0);
  EXPECT_EQ(thread_count(), before);
}

}  // namespace
}  // namespace elubench
