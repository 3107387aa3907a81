// The one thread pool of the program, LibTorch's, for code that includes no LibTorch header.
#pragma once

#include <cstdint>
#include <functional>

namespace elubench {

// Calls body(first, last) on disjoint pieces that cover [begin, end); all in one where there are at most
// `grain` indices. With the same thread count the pieces are the same.
void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t first, std::int64_t last)>& body);

// Sets how many threads compute (kernels and LibTorch's operators alike); 0 leaves the default, one a core. So
// many there will be, whatever OMP_DYNAMIC says. Throws UsageError where OMP_THREAD_LIMIT does not allow them.
void set_thread_count(int threads);
int thread_count();

// One thread while it lives, for operators whose rounding depends on how many share them.
class SingleThread {
 public:
  SingleThread() : before_(thread_count()) { set_thread_count(1); }
  SingleThread(const SingleThread&) = delete;
  SingleThread& operator=(const SingleThread&) = delete;
  ~SingleThread() { set_thread_count(before_); }

 private:
  int before_;
};

}  // namespace elubench
