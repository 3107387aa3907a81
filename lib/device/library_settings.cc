#include "device/library_settings.h"

#include <cstdlib>

namespace elubench::device {

void pin_library_settings() {
  // cuBLAS repeats its results only with a workspace of fixed size.
  ::setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 1);
  // fp32 means float32: oneDNN may be told to multiply it in bfloat16, and NVIDIA's libraries in TF32.
  ::setenv("ONEDNN_DEFAULT_FPMATH_MODE", "STRICT", 1);
  ::setenv("NVIDIA_TF32_OVERRIDE", "0", 1);
}

}  // namespace elubench::device
