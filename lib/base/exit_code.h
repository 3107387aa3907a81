// What the program ends with; 128 + signal where one asked it to stop.
#pragma once

namespace elubench::exit_code {

inline constexpr int done = 0;
inline constexpr int failed = 1;  // a run failed or diverged, or something went wrong
inline constexpr int bad_usage = 2;
inline constexpr int device_lost = 3;  // the device cannot be used, or not any more

}  // namespace elubench::exit_code
