# Compiler settings of our own code, as two INTERFACE targets which only our targets link.
option(DKSNAP_DEVELOPER "Warnings are errors" OFF)
option(DKSNAP_TESTS "Build the tests" OFF)
option(DKSNAP_FUZZ "Build the libFuzzer programs (needs clang)" OFF)
set(DKSNAP_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize=")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Clones in other places share what the compiler cache holds, so objects name no place.
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
if(CCACHE AND NOT EXISTS "${CCACHE}")
  unset(CCACHE CACHE)
endif()
find_program(CCACHE ccache)
if(CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}"
    CCACHE_NOHASHDIR=1 "${CCACHE}")
endif()

add_library(dksnap_settings INTERFACE)
target_compile_features(dksnap_settings INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
target_include_directories(dksnap_settings INTERFACE "${CMAKE_SOURCE_DIR}/src")
target_compile_options(dksnap_settings INTERFACE -Wall -Wextra -Wpedantic -Wshadow
  -Wnon-virtual-dtor -Woverloaded-virtual -Wnull-dereference -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports these inside its own standard library when optimising.
  target_compile_options(dksnap_settings INTERFACE -Wno-restrict -Wno-null-dereference)
endif()
# What is not used does not travel: the worker goes into every scratch.
target_compile_options(dksnap_settings INTERFACE -ffunction-sections -fdata-sections)
if(DKSNAP_DEVELOPER)
  target_compile_options(dksnap_settings INTERFACE -Werror)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(dksnap_settings INTERFACE _GLIBCXX_ASSERTIONS)
  # Tests read whole trees and hash them: a little optimisation halves their time.
  set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1")
endif()
if(DKSNAP_SANITIZE)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # What the sanitizers put in makes GCC 12 report its own <regex> (GCC bug 105616).
    target_compile_options(dksnap_settings INTERFACE -Wno-maybe-uninitialized)
  endif()
  target_compile_options(dksnap_settings INTERFACE -fsanitize=${DKSNAP_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(dksnap_settings INTERFACE -fsanitize=${DKSNAP_SANITIZE})
endif()
