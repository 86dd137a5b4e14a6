# A layer's files, eight at a time, as one: half the time of a build from nothing. On where it is optimised, for the thread
# sanitizer, and in trees that script/test makes. Names in a layer's unnamed namespaces must then differ, or their file
# stand alone (SKIP_UNITY_BUILD_INCLUSION). Off where one file is compiled again and again.
option(DIPTYCH_UNITY "Compile several files of a layer as one" OFF)

function(diptych_unity target batch_size)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${DIPTYCH_UNITY} UNITY_BUILD_BATCH_SIZE ${batch_size})
endfunction()

# Flags that every target of this project, and none of its users, is compiled with.
add_library(diptych_flags INTERFACE)
target_compile_features(diptych_flags INTERFACE cxx_std_23)
target_compile_options(
  diptych_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror=missing-field-initializers
                          -Werror=unused-result)
if(DIPTYCH_UNITY)
  target_compile_options(diptych_flags INTERFACE -Wno-shadow) # what a file shadows there are names of other files
endif()
if(PROJECT_IS_TOP_LEVEL)
  target_compile_options(diptych_flags INTERFACE -Werror)
endif()

find_program(DIPTYCH_MOLD mold)
if(DIPTYCH_MOLD AND PROJECT_IS_TOP_LEVEL)
  add_link_options(-fuse-ld=mold)
endif()
find_program(DIPTYCH_CCACHE ccache)
if(DIPTYCH_CCACHE AND PROJECT_IS_TOP_LEVEL)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${DIPTYCH_CCACHE})
endif()

# A fifth of a build from nothing is parsing the standard library. script/test turns it on in a tree that it makes itself,
# and it stays on there. Otherwise off: ccache works better without, and a missing #include shows. Who works in such a tree
# turns both off: `cmake --preset dev -DDIPTYCH_PRECOMPILE=OFF -DDIPTYCH_UNITY=OFF`. Never where it is optimised: g++ 12
# then warns of what it knows to leave alone in its own headers.
option(DIPTYCH_PRECOMPILE "Parse the standard library's headers once for all files" OFF)
if(DIPTYCH_PRECOMPILE)
  add_library(diptych_precompiled OBJECT ${CMAKE_CURRENT_LIST_DIR}/precompiled.cpp)
  target_link_libraries(diptych_precompiled PRIVATE diptych_flags)
  target_precompile_headers(diptych_precompiled PRIVATE ${CMAKE_CURRENT_LIST_DIR}/precompiled.hpp)
endif()
function(diptych_precompile target)
  if(DIPTYCH_PRECOMPILE)
    target_precompile_headers(${target} REUSE_FROM diptych_precompiled)
  endif()
endfunction()

# diptych_layer(NAME SOURCES... DEPENDS...): one folder of src/ as a library of its own, so that the linker, too, knows
# which way the layers point.
function(diptych_layer name)
  cmake_parse_arguments(layer "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(diptych_${name} STATIC ${layer_SOURCES})
  target_include_directories(
    diptych_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_features(diptych_${name} PUBLIC cxx_std_23)
  target_link_libraries(
    diptych_${name}
    PUBLIC ${layer_DEPENDS}
    PRIVATE $<BUILD_INTERFACE:diptych_flags> ${layer_PRIVATE_DEPENDS})
  set_target_properties(diptych_${name} PROPERTIES CXX_EXTENSIONS OFF)
  diptych_unity(diptych_${name} 8)
  diptych_precompile(diptych_${name})
endfunction()

# diptych_test(NAME LABEL label SOURCES... DEPENDS... [ENVIRONMENT name=value]): a doctest program whose test cases are CTest
# tests. Its files are compiled together where those of layers are, and names in their unnamed namespaces must differ.
function(diptych_test name)
  cmake_parse_arguments(test "" "LABEL;ENVIRONMENT" "SOURCES;DEPENDS" ${ARGN})
  add_executable(diptych_${name} $<TARGET_OBJECTS:diptych_test_main> ${test_SOURCES})
  target_include_directories(
    diptych_${name} PRIVATE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/tests ${PROJECT_SOURCE_DIR}/examples)
  target_link_libraries(diptych_${name} PRIVATE ${test_DEPENDS} diptych_flags doctest::doctest)
  diptych_precompile(diptych_${name})
  diptych_unity(diptych_${name} 6)
  doctest_discover_tests(diptych_${name} TEST_PREFIX "${name}: " PROPERTIES LABELS ${test_LABEL} TIMEOUT 600
                                                                        ENVIRONMENT "${test_ENVIRONMENT}")
endfunction()
