# Compiles SOURCE and expects it to fail with the sentences of its `// expect: ...` lines; without any, to compile.
# Usage: cmake -DCOMPILER=... -DINCLUDE=... -DSOURCE=... -P expect_error.cmake
file(STRINGS ${SOURCE} expected REGEX "^// expect: ")
execute_process(
  COMMAND ${COMPILER} -std=c++23 -fsyntax-only -Werror=unused-result -I${INCLUDE} ${SOURCE}
  RESULT_VARIABLE status
  ERROR_VARIABLE output
  OUTPUT_QUIET)
if(NOT expected)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "should compile, but:\n${output}")
  endif()
  return()
endif()
if(status EQUAL 0)
  message(FATAL_ERROR "compiles, but should not")
endif()
# Compilers may break a line, and quote differently.
string(REGEX REPLACE "[ \n]+" " " output "${output}")
foreach(line IN LISTS expected)
  string(REPLACE "// expect: " "" sentence "${line}")
  string(FIND "${output}" "${sentence}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "does not say '${sentence}', but:\n${output}")
  endif()
endforeach()
