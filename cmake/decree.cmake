# How the folders declare what they build.
#
#   decree_library(<name> SOURCES a.cc b.cc [DEPENDS lib ...])
#     A folder's static library, usable alone by tests, and a part of libdecree.
#   decree_program(<name> SOURCES main.cc [DEPENDS lib ...])
#     A program in <build>/bin.
#   decree_test(<name> SOURCES x_test.cc [DEPENDS lib ...] [TIMEOUT seconds] [LABELS label ...]
#               [SERIAL] [NO_MAIN])
#     A GoogleTest program and its one ctest entry. SERIAL: never beside another test. NO_MAIN: it
#     brings its own main. tests/support/paths.h tells it where programs and files are.
#   decree_schema(<target> file.fbs [flatc flag ...])
#     Makes "<folder>/file_generated.h" in the build tree and puts it on the target's include path.

set(DECREE_GENERATED_DIR ${PROJECT_BINARY_DIR}/generated)

add_library(decree_warnings INTERFACE)
target_compile_options(decree_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Werror)

# Applies to everything that is linked together, so that all of it agrees.
add_library(decree_hardening INTERFACE)
target_compile_definitions(decree_hardening INTERFACE _GLIBCXX_ASSERTIONS)
if(DECREE_SANITIZE)
  target_compile_options(decree_hardening INTERFACE
    -fsanitize=${DECREE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
    # The instrumented code makes GCC 12 see uninitialised reads that are not there.
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  if(DECREE_SANITIZE STREQUAL "thread")
    # Asio's fences; what they order is also ordered by its locks, which ThreadSanitizer sees.
    target_compile_options(decree_hardening INTERFACE -Wno-tsan)
  endif()
  target_link_options(decree_hardening INTERFACE -fsanitize=${DECREE_SANITIZE})
else()
  target_compile_definitions(decree_hardening INTERFACE _FORTIFY_SOURCE=2)
  target_compile_options(decree_hardening INTERFACE
    -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  target_link_options(decree_hardening INTERFACE -Wl,-z,relro,-z,now)
endif()
if(DECREE_FUZZ)
  target_compile_options(decree_hardening INTERFACE -fsanitize=fuzzer-no-link)
endif()

function(decree_configure target)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
  target_compile_definitions(${target} PRIVATE BOOST_ASIO_NO_DEPRECATED)
  target_link_libraries(${target} PRIVATE
    $<BUILD_INTERFACE:decree_warnings> $<BUILD_INTERFACE:decree_hardening>)
endfunction()

function(decree_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  add_library(${name} STATIC ${arg_SOURCES})
  decree_configure(${name})
  target_link_libraries(${name} PUBLIC ${arg_DEPENDS})
  set_property(GLOBAL APPEND PROPERTY DECREE_PARTS ${name})
  set_property(GLOBAL APPEND PROPERTY DECREE_PART_DEPENDS ${arg_DEPENDS})
endfunction()

function(decree_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;DEPENDS")
  add_executable(${name} ${arg_SOURCES})
  decree_configure(${name})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS})
endfunction()

function(decree_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL;NO_MAIN" "TIMEOUT" "SOURCES;DEPENDS;LABELS")
  set(timeout 240)  # it takes seconds; a machine may be ten times as slow as another
  if(arg_TIMEOUT)
    set(timeout ${arg_TIMEOUT})
  endif()
  if(DECREE_SANITIZE)
    math(EXPR timeout "${timeout} * 5")
  endif()

  add_executable(${name} ${arg_SOURCES})
  decree_configure(${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR})
  target_link_libraries(${name} PRIVATE ${arg_DEPENDS} decree_test_paths GTest::gmock)
  if(NOT arg_NO_MAIN)
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES
    TIMEOUT ${timeout} LABELS "${arg_LABELS}" RUN_SERIAL ${arg_SERIAL})
endfunction()

# All generated headers, for tools that read the sources without building them.
add_custom_target(decree_schemas)

function(decree_schema target schema)
  cmake_path(GET schema STEM stem)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(directory ${DECREE_GENERATED_DIR}/${folder})
  set(header ${directory}/${stem}_generated.h)
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${FLATC_PROGRAM} --cpp --cpp-std c++17 ${ARGN} -o ${directory}
            ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${schema}
    COMMENT "Generating ${folder}/${stem}_generated.h"
    VERBATIM)
  add_custom_target(${target}_${stem} DEPENDS ${header})
  add_dependencies(decree_schemas ${target}_${stem})
  add_dependencies(${target} ${target}_${stem})
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} SYSTEM PUBLIC ${DECREE_GENERATED_DIR})
endfunction()
