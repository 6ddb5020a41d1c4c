# One library out of the folders' parts, and its installation.
include(CMakePackageConfigHelpers)

get_property(parts GLOBAL PROPERTY DECREE_PARTS)
get_property(depends GLOBAL PROPERTY DECREE_PART_DEPENDS)
list(REMOVE_DUPLICATES depends)
list(REMOVE_ITEM depends ${parts})

add_library(decree STATIC)
add_library(decree::decree ALIAS decree)
foreach(part IN LISTS parts)
  target_sources(decree PRIVATE $<TARGET_OBJECTS:${part}>)
endforeach()
file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/include/decree/*.h)
target_sources(decree PUBLIC
  FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES ${headers})
set_target_properties(decree PROPERTIES LINKER_LANGUAGE CXX VERIFY_INTERFACE_HEADER_SETS ON)
target_compile_features(decree PUBLIC cxx_std_20)
target_link_libraries(decree PUBLIC Boost::headers Threads::Threads PRIVATE ${depends})
if(DECREE_SANITIZE)
  target_link_options(decree PUBLIC -fsanitize=${DECREE_SANITIZE})
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/decree)
install(TARGETS decree EXPORT decree FILE_SET HEADERS)
if(TARGET decree_sim)
  set_target_properties(decree_sim PROPERTIES OUTPUT_NAME decree-sim EXPORT_NAME sim)
  install(TARGETS decree_sim EXPORT decree)
endif()
install(EXPORT decree NAMESPACE decree:: FILE decree-targets.cmake DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/decree-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/decree-config.cmake
              ${PROJECT_BINARY_DIR}/decree-config-version.cmake
        DESTINATION ${package_dir})
