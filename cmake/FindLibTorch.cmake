# Finds LibTorch inside the PyPI wheel `torch`, for a CPU build that needs no CUDA toolkit (the wheel's own
# TorchConfig.cmake insists on one); with ELUBENCH_CUDA its GPU half too. Looks in LIBTORCH_ROOT (the folder that holds include/ and lib/), then in the
# checkout's .venv. Defines LibTorch::LibTorch, and LibTorch::OpenMP for sources that call at::parallel_for.
file(GLOB _libtorch_candidates ${CMAKE_SOURCE_DIR}/.venv/lib/python3*/site-packages/torch)
find_path(LIBTORCH_ROOT NAMES include/torch/csrc/api/include/torch/torch.h PATHS ${_libtorch_candidates} NO_DEFAULT_PATH
          DOC "Folder of the installed torch package")
find_library(LIBTORCH_CPU_LIBRARY torch_cpu PATHS ${LIBTORCH_ROOT}/lib NO_DEFAULT_PATH)
find_library(LIBTORCH_C10_LIBRARY c10 PATHS ${LIBTORCH_ROOT}/lib NO_DEFAULT_PATH)
# The OpenMP runtime of the wheel: its threads are the program's only ones.
find_library(LIBTORCH_OPENMP_LIBRARY NAMES libgomp.so.1 PATHS ${LIBTORCH_ROOT}/lib NO_DEFAULT_PATH)

if(LIBTORCH_ROOT AND EXISTS ${LIBTORCH_ROOT}/include/torch/headeronly/version.h)
  file(STRINGS ${LIBTORCH_ROOT}/include/torch/headeronly/version.h _libtorch_version_line
       REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9]+" "." LibTorch_VERSION "${_libtorch_version_line}")
  string(REGEX REPLACE "^\\.|\\.$" "" LibTorch_VERSION "${LibTorch_VERSION}")
endif()

if(ELUBENCH_CUDA)
  find_library(LIBTORCH_CUDA_LIBRARY torch_cuda PATHS ${LIBTORCH_ROOT}/lib NO_DEFAULT_PATH)
  find_library(LIBTORCH_C10_CUDA_LIBRARY c10_cuda PATHS ${LIBTORCH_ROOT}/lib NO_DEFAULT_PATH)
  # The runtime that the wheel loads, under the name by which it does: a program must have one.
  find_library(LIBTORCH_CUDART_LIBRARY NAMES libcudart.so.13 NO_DEFAULT_PATH
               PATHS ${LIBTORCH_ROOT}/../nvidia/cu13/lib ${LIBTORCH_ROOT}/lib)
  set(_libtorch_cuda_variables LIBTORCH_CUDA_LIBRARY LIBTORCH_C10_CUDA_LIBRARY LIBTORCH_CUDART_LIBRARY)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LIBTORCH_CPU_LIBRARY LIBTORCH_C10_LIBRARY ${_libtorch_cuda_variables} LIBTORCH_ROOT VERSION_VAR LibTorch_VERSION
  REASON_FAILURE_MESSAGE "run scripts/setup, or pass -DLIBTORCH_ROOT=/path/to/site-packages/torch")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
  add_library(LibTorch::LibTorch INTERFACE IMPORTED)
  target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE
    ${LIBTORCH_ROOT}/include ${LIBTORCH_ROOT}/include/torch/csrc/api/include)
  if(ELUBENCH_CUDA)
    # Nothing calls libtorch_cuda.so by name: it registers its operators when it is loaded.
    target_link_options(LibTorch::LibTorch INTERFACE LINKER:--no-as-needed,${LIBTORCH_CUDA_LIBRARY},--as-needed)
    target_link_libraries(LibTorch::LibTorch INTERFACE ${LIBTORCH_C10_CUDA_LIBRARY} ${LIBTORCH_CUDART_LIBRARY})
    target_include_directories(LibTorch::LibTorch SYSTEM INTERFACE ${CMAKE_CUDA_TOOLKIT_INCLUDE_DIRECTORIES})
  endif()
  # libtorch_cpu.so brings CUDA libraries that a CPU build never calls: they are found at run time beside it.
  target_link_libraries(LibTorch::LibTorch INTERFACE ${LIBTORCH_CPU_LIBRARY} ${LIBTORCH_C10_LIBRARY})
  target_link_options(LibTorch::LibTorch INTERFACE LINKER:--unresolved-symbols=ignore-in-shared-libs)
  add_library(LibTorch::OpenMP INTERFACE IMPORTED)
  if(LIBTORCH_OPENMP_LIBRARY)
    target_compile_options(LibTorch::OpenMP INTERFACE -fopenmp)
    target_link_libraries(LibTorch::OpenMP INTERFACE ${LIBTORCH_OPENMP_LIBRARY})
  else()
    find_package(OpenMP REQUIRED COMPONENTS CXX)
    target_link_libraries(LibTorch::OpenMP INTERFACE OpenMP::OpenMP_CXX)
  endif()
endif()
mark_as_advanced(LIBTORCH_CPU_LIBRARY LIBTORCH_C10_LIBRARY LIBTORCH_OPENMP_LIBRARY LIBTORCH_CUDA_LIBRARY
                 LIBTORCH_C10_CUDA_LIBRARY LIBTORCH_CUDART_LIBRARY)
