#include "base/parallel.h"

#include <ATen/Parallel.h>

namespace elubench {

void parallel_for(std::int64_t begin, std::int64_t end, std::int64_t grain,
                  const std::function<void(std::int64_t, std::int64_t)>& body) {
  at::parallel_for(begin, end, grain, body);
}

void set_thread_count(int threads) {
  if (threads > 0) at::set_num_threads(threads);
}

int thread_count() { return at::get_num_threads(); }

}  // namespace elubench
