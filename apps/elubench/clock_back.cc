// For tests, loaded with LD_PRELOAD: the wall clock jumps back a day, again and again: each second call finds it a
// day earlier than the two before.
#include <atomic>
#include <ctime>

#include "preload.h"

namespace {

using namespace elubench::preload;

// What the clock is behind by, at the next call.
time_t next_delay() {
  constexpr time_t day = 24 * 60 * 60;
  static std::atomic<long> calls = 0;
  return day * (calls++ / 2);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* result) {
  const int code = next<int(clockid_t, timespec*)>("clock_gettime")(clock, result);
  if (code == 0 && clock == CLOCK_REALTIME) result->tv_sec -= next_delay();
  return code;
}

time_t time(time_t* result) {
  const time_t now = next<time_t(time_t*)>("time")(nullptr) - next_delay();
  if (result) *result = now;
  return now;
}

}  // extern "C"
