#include "base/parallel.h"

#include <ATen/Parallel.h>
#include <omp.h>

#include <string>

#include "base/error.h"

namespace elubench {

void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body) {
  at::parallel_for(begin, end, grain, body);
}

void set_thread_count(int threads) {
  ::omp_set_dynamic(0);  // the environment may ask for fewer threads where the machine is busy
  if (threads > 0) at::set_num_threads(threads);
  if (const int limit = ::omp_get_thread_limit(); thread_count() > limit) {
    throw UsageError("OMP_THREAD_LIMIT allows " + std::to_string(limit) + " threads, and " +
                     std::to_string(thread_count()) + " are to compute; raise it, or give --threads");
  }
}

int thread_count() { return at::get_num_threads(); }

}  // namespace elubench
