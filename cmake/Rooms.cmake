# A room is a folder of lib/: one static library `elubench_<name>`, and one test program `<name>_test`.
#
#   elubench_room(<name> [TORCH] [TORCH_TESTS] SOURCES a.cc ... [NEEDS room ...] [USES library ...] [TESTS a_test.cc ...])
#
# NEEDS lists the rooms that it may include, USES the libraries that its sources include and its headers do not.
# TORCH marks a room whose sources include LibTorch headers, TORCH_TESTS one whose tests alone do: they are precompiled once
# for all of them.
function(elubench_room name)
  cmake_parse_arguments(ROOM "TORCH;TORCH_TESTS" "" "SOURCES;NEEDS;USES;TESTS" ${ARGN})
  add_library(elubench_${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(elubench_${name} PRIVATE elubench_compile_options ${ROOM_USES} PUBLIC ${ROOM_NEEDS})
  target_include_directories(elubench_${name} PUBLIC ${CMAKE_SOURCE_DIR}/lib)
  if(ROOM_TORCH)
    elubench_use_libtorch(elubench_${name})
  endif()
  if(ELUBENCH_TESTS AND ROOM_TESTS)
    set(with_torch)
    if(ROOM_TORCH OR ROOM_TORCH_TESTS)
      set(with_torch TORCH)
    endif()
    elubench_test_program(${name}_test ${name} ${with_torch} SOURCES ${ROOM_TESTS} USES ${ROOM_USES})
  endif()
endfunction()

# A program of a room's tests, which ctest knows as <room>/<suite>.<test>.
function(elubench_test_program program room)
  cmake_parse_arguments(TEST "TORCH" "" "SOURCES;USES" ${ARGN})
  add_executable(${program} ${TEST_SOURCES})
  target_link_libraries(${program} PRIVATE elubench_compile_options elubench_${room} ${TEST_USES}
                        GTest::gmock GTest::gtest_main)
  target_compile_definitions(${program} PRIVATE ELUBENCH_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  if(TEST_TORCH)
    elubench_use_libtorch(${program})
  endif()
  # A CUDA build may be made on a machine that cannot load its libraries: its tests are listed when they are run.
  set(discovery POST_BUILD)
  if(ELUBENCH_CUDA)
    set(discovery PRE_TEST)
  endif()
  # One thread: tests run side by side, and threads that wait for each other on busy cores are slow.
  gtest_discover_tests(${program} TEST_PREFIX ${room}/ NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60
                       DISCOVERY_MODE ${discovery}
                       PROPERTIES ENVIRONMENT OMP_NUM_THREADS=1)
endfunction()

# Links LibTorch and shares one precompiled header of it among all targets of the build.
function(elubench_use_libtorch target)
  if(NOT TARGET elubench_libtorch_headers)
    file(WRITE ${CMAKE_BINARY_DIR}/libtorch_headers.cc "\n")
    add_library(elubench_libtorch_headers STATIC ${CMAKE_BINARY_DIR}/libtorch_headers.cc)
    target_link_libraries(elubench_libtorch_headers PRIVATE elubench_compile_options LibTorch::LibTorch)
    target_precompile_headers(elubench_libtorch_headers PRIVATE <torch/types.h>)
  endif()
  target_link_libraries(${target} PUBLIC LibTorch::LibTorch)
  target_precompile_headers(${target} REUSE_FROM elubench_libtorch_headers)
endfunction()
