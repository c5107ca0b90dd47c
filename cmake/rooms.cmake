if(DKSNAP_TESTS)
  add_custom_target(unit_tests)
endif()

# dksnap_unit_test(NAME): the program NAME_test is ctest's unit.NAME.
function(dksnap_unit_test name)
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  add_test(NAME unit.${name} COMMAND ${name}_test)
  set_tests_properties(unit.${name} PROPERTIES TIMEOUT 300 LABELS unit)
  add_dependencies(unit_tests ${name}_test)
endfunction()

# One folder = one static library = one namespace. What a room may include is checked by
# tests/layers_test.py; what it links is what it may include.
#
#   dksnap_room(NAME LINKS room... LIBRARIES target... EXCLUDE file...)
#
# takes every .cpp of the folder (one level of sub-folders too), but for those that begin with a dot,
# which editors and file systems leave; `*_test.cpp` go to the program NAME_test, which ctest runs.
function(dksnap_room name)
  cmake_parse_arguments(ROOM "" "" "LINKS;LIBRARIES;EXCLUDE" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "[!.]*.cpp" "[!.]*/[!.]*.cpp")
  file(GLOB tests CONFIGURE_DEPENDS "[!.]*_test.cpp" "[!.]*/[!.]*_test.cpp")
  foreach(excluded IN LISTS ROOM_EXCLUDE)
    list(APPEND tests_and_excluded "${CMAKE_CURRENT_SOURCE_DIR}/${excluded}")
  endforeach()
  list(REMOVE_ITEM sources ${tests} ${tests_and_excluded} "")
  if(NOT sources)
    message(FATAL_ERROR "No sources in ${CMAKE_CURRENT_SOURCE_DIR}. Characters of patterns ([]*?) in "
      "its path hide them from CMake: build elsewhere.")
  endif()
  add_library(dksnap_${name} STATIC ${sources})
  target_link_libraries(dksnap_${name} PUBLIC ${ROOM_LINKS} ${ROOM_LIBRARIES} PRIVATE dksnap_settings)
  if(DKSNAP_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE dksnap_${name} dksnap_settings GTest::gmock GTest::gtest_main
      "${RAPIDCHECK_PATH}")
    dksnap_unit_test(${name})
  endif()
endfunction()
