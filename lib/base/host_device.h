// Marks code that is compiled for the host and, by nvcc, for the device too.
#pragma once

#ifdef __CUDACC__
#define ELUBENCH_HOST_DEVICE __host__ __device__
#else
#define ELUBENCH_HOST_DEVICE
#endif
