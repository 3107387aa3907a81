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
target_compile_options(elubench_compile_options INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-fno-math-errno -fno-trapping-math>)
if(ELUBENCH_WERROR)
  target_compile_options(elubench_compile_options INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Werror> $<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>)
endif()
# Where a processor has vectors of 512 bits, GCC takes half of each for some (Intel's, and AMD's that it does not know).
include(CheckCXXCompilerFlag)
check_cxx_compiler_flag(-mprefer-vector-width=512 ELUBENCH_COMPILER_HAS_VECTOR_WIDTH)
if(ELUBENCH_COMPILER_HAS_VECTOR_WIDTH)
  target_compile_options(elubench_compile_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-mprefer-vector-width=512>)
endif()
if(ELUBENCH_PROCESSOR)
  target_compile_options(elubench_compile_options INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-march=${ELUBENCH_PROCESSOR}>)
endif()
target_include_directories(elubench_compile_options INTERFACE ${CMAKE_SOURCE_DIR}/lib)
