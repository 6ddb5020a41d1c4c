# What Decree is built from, all of it in Debian 12.
find_package(Boost 1.81 REQUIRED)
find_package(Threads REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(liburing REQUIRED IMPORTED_TARGET liburing)
pkg_check_modules(xxhash REQUIRED IMPORTED_TARGET libxxhash)
# Through this header the library uses the widest vectors of the processor that it finds itself on.
find_file(xxhash_dispatch xxh_x86dispatch.h)
if(xxhash_dispatch AND CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  set_property(TARGET PkgConfig::xxhash APPEND PROPERTY
    INTERFACE_COMPILE_OPTIONS -include xxh_x86dispatch.h)
endif()
find_package(FlatBuffers REQUIRED)
find_program(FLATC_PROGRAM flatc REQUIRED)

if(DECREE_BUILD_PROGRAMS OR DECREE_BUILD_TESTS)
  find_package(CLI11 REQUIRED)
  find_package(nlohmann_json REQUIRED)
endif()

if(DECREE_BUILD_PROGRAMS)
  find_package(benchmark REQUIRED)
endif()

if(DECREE_BUILD_TESTS)
  find_package(GTest REQUIRED)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
  pkg_check_modules(fuse3 REQUIRED IMPORTED_TARGET fuse3)
endif()
