# Compiler cache and linker, used where they are installed.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  # Where thread-local data happen to end a page, mold 1.10 protects a page that is not there, and nothing starts.
  add_link_options(-fuse-ld=mold LINKER:-z,norelro)
endif()

# What every target of this project is compiled with.
add_library(elubench_compile_options INTERFACE)
target_compile_options(elubench_compile_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion>
  $<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr -Xcompiler=-Wall,-Wextra,-Wno-parentheses>)
# Nobody reads errno or floating-point traps here, and loops that keep them cannot become SIMD. No result depends on it.
set(elubench_code_options -fno-math-errno -fno-trapping-math)
# Where a processor has vectors of 512 bits, GCC 12 takes half of each (Intel's, and those of AMD's Zen 4, which it does not
# know). Whole ones were measured on Zen 4 alone: Winograd's transforms and the pools gain. oneDNN's products, most of a step,
# take them whole anyway.
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-mprefer-vector-width=512 ELUBENCH_COMPILER_HAS_VECTOR_WIDTH)
if(ELUBENCH_COMPILER_HAS_VECTOR_WIDTH)
  list(APPEND elubench_code_options -mprefer-vector-width=512)
endif()
if(ELUBENCH_PROCESSOR)
  list(APPEND elubench_code_options -march=${ELUBENCH_PROCESSOR})
endif()
target_compile_options(elubench_compile_options INTERFACE "$<$<COMPILE_LANGUAGE:CXX>:${elubench_code_options}>")
if(ELUBENCH_WERROR)
  target_compile_options(elubench_compile_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Werror> $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
endif()
target_include_directories(elubench_compile_options INTERFACE ${CMAKE_SOURCE_DIR}/lib)
