# Writes build_info.cc, at every build and not only when CMake configures, so that the commit in it is the one that was
# compiled. The file is touched only when something in it changes.
#   cmake -DSOURCE_DIR=... -DTEMPLATE=... -DOUTPUT=... -DVERSION=... -DCOMPILER=... -DFLAGS=... -DLIBTORCH=... -P build_info.cmake
function(git output)
  execute_process(COMMAND git ${ARGN} WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE text ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
  if(failed)
    set(text "")
  endif()
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

git(GIT_COMMIT rev-parse --verify HEAD)
git(changes status --porcelain -- CMakeLists.txt cmake lib apps)
if(GIT_COMMIT STREQUAL "")
  set(GIT_COMMIT unknown)
endif()
if(changes STREQUAL "")
  set(GIT_DIRTY false)
else()
  set(GIT_DIRTY true)
endif()
configure_file(${TEMPLATE} ${OUTPUT} @ONLY)
