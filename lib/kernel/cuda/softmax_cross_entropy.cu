#include "kernel/cuda/kernels.h"
#include "kernel/cuda/launch.cuh"
#include "kernel/softmax_cross_entropy_block.h"

namespace elubench::kernel::cuda {

void softmax_cross_entropy(Buffer logits, std::int64_t rows, std::int64_t classes, const std::int64_t* labels,
                           std::int64_t valid, double gradient_scale, LossTotals* totals) {
  for_element(logits.element, [&]<class T>(T) {
    run_program("softmax_cross_entropy", SoftmaxCrossEntropyBlock<T>{logits.as<T>(), labels, totals, rows, classes,
                                                                     valid, static_cast<float>(gradient_scale)});
  });
}

}  // namespace elubench::kernel::cuda
