# Writes build_info.cc, at every build and not only when CMake configures, so that the commit in it is the one that was
# compiled. The file is touched only when something in it changes.
#   cmake -DSOURCE_DIR=... -DTEMPLATE=... -DOUTPUT=... -DVERSION=... -DCOMPILER=... -DFLAGS=... -DLIBTORCH=... -P build_info.cmake
function(git output failure)
  execute_process(COMMAND git ${ARGN} WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE text ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(failed)
    set(text "${failure}")
  endif()
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

# With `failure` where git fails.
git(GIT_COMMIT "unknown" rev-parse --verify HEAD)
git(top "" rev-parse --show-cdup)  # not empty: the sources lie in another project's checkout
git(changes "unknown" status --porcelain -- CMakeLists.txt cmake lib apps)
if(GIT_COMMIT STREQUAL "unknown" OR NOT top STREQUAL "")
  set(GIT_COMMIT unknown)
  set(changes "")
endif()
if(changes STREQUAL "")
  set(GIT_DIRTY false)
else()
  set(GIT_DIRTY true)
endif()

# A commit may change texts alone, and sources may come without one.
file(GLOB_RECURSE sources RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/lib/*.h ${SOURCE_DIR}/lib/*.cc ${SOURCE_DIR}/lib/*.cu
     ${SOURCE_DIR}/lib/*.cuh ${SOURCE_DIR}/lib/CMakeLists.txt ${SOURCE_DIR}/cmake/*.cmake)
list(APPEND sources CMakeLists.txt)
list(FILTER sources EXCLUDE REGEX "_test\\.cc$|test_[^/]*\\.h$|(^|/)\\.")
list(SORT sources)
set(checksums "")
foreach(source IN LISTS sources)
  file(SHA256 ${SOURCE_DIR}/${source} checksum)
  string(APPEND checksums "${source} ${checksum}\n")
endforeach()
string(SHA256 SOURCE_CHECKSUM "${checksums}")
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
