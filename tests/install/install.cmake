# Run by ctest; see CMakeLists.txt.
function(run)
  execute_process(COMMAND ${ARGV} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(REMOVE_RECURSE ${WORK}/prefix ${WORK}/program ${WORK}/build)
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)

# A copy: from its place in the tree a program would find headers that are not installed.
file(COPY ${PROGRAM}/ DESTINATION ${WORK}/program FILES_MATCHING PATTERN *.cc PATTERN *.h)
run(${CMAKE_COMMAND} -G Ninja -S ${CONSUMER} -B ${WORK}/build
  -D CMAKE_PREFIX_PATH=${WORK}/prefix
  -D CMAKE_CXX_COMPILER=${COMPILER}
  -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
  -D PROGRAM=${WORK}/program)
run(${CMAKE_COMMAND} --build ${WORK}/build)

# One line of input is one increment of a new group of one replica.
file(REMOVE_RECURSE ${WORK}/run)
file(WRITE ${WORK}/run/input "\n")
execute_process(COMMAND ${WORK}/build/consumer WORKING_DIRECTORY ${WORK}/run
  INPUT_FILE ${WORK}/run/input OUTPUT_VARIABLE output COMMAND_ERROR_IS_FATAL ANY)
if(NOT output MATCHES "1 in slot [0-9]+")
  message(FATAL_ERROR "the installed counter printed: ${output}")
endif()
