// How far a run is, in words. Free of LibTorch.
#pragma once

#include <string>

#include "train/recorder.h"

namespace elubench::experiment {

std::string percent_text(double value);     // "88.14 %"; NaN: "-"
std::string duration_text(double seconds);  // "40 s", "3 min", "2 h 5 min", "4 d 2 h"
std::string size_text(double bytes);        // "13.4 MB"
std::string count_text(double count);       // "812", "150.7 million", "7.46e+15"

// With blanks at its end, `width` long at least.
std::string padded(std::string text, std::size_t width);

// "120/300 | loss 3.91 | error 88.14 % | 231 im/s | 3 min left": with the run's name it fits 80 columns
std::string progress_text(const train::Progress& progress);

}  // namespace elubench::experiment
