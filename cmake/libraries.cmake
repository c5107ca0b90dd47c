# Everything dksnap takes from others, in one place. Reasons: ARCHITECTURE.md.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(fmt 9 REQUIRED)
if(fmt_VERSION VERSION_LESS 10)
  add_library(fmt_static STATIC "${CMAKE_CURRENT_LIST_DIR}/fmt.cpp")
  target_compile_features(fmt_static PUBLIC cxx_std_20)
else()
  # fmt.cpp has what fmt 9 wants; with others every file compiles its own.
  add_library(fmt_static INTERFACE)
  target_link_libraries(fmt_static INTERFACE fmt::fmt-header-only)
endif()
find_package(CLI11 2.1 REQUIRED)
# Headers alone; the package's own library is a shared one.
find_path(TOMLPLUSPLUS_PATH toml++/toml.h REQUIRED)
add_library(tomlplusplus_headers INTERFACE)
target_include_directories(tomlplusplus_headers SYSTEM INTERFACE "${TOMLPLUSPLUS_PATH}")
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.81 REQUIRED)

# zstd, zlib and OpenSSL are linked statically: one file is the installation, and the worker
# has no dynamic loader to rely on.
function(dksnap_static_library target file)
  find_library(${target}_PATH NAMES ${file} REQUIRED)
  add_library(${target} STATIC IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION "${${target}_PATH}")
endfunction()
dksnap_static_library(zstd_static libzstd.a)
dksnap_static_library(zlib_static libz.a)
dksnap_static_library(crypto_static libcrypto.a)
dksnap_static_library(ssl_static libssl.a)
target_link_libraries(ssl_static INTERFACE crypto_static)
target_link_libraries(crypto_static INTERFACE ${CMAKE_DL_LIBS} Threads::Threads)
target_link_libraries(zstd_static INTERFACE Threads::Threads)

if(DKSNAP_TESTS)
  find_package(GTest 1.12 REQUIRED)
  # Debian's rapidcheck has no CMake package file.
  find_library(RAPIDCHECK_PATH rapidcheck REQUIRED)
endif()
