cmake_minimum_required(VERSION 3.22)
# Writes the git revision of SOURCE to OUT, if it has changed.
find_package(Git QUIET)
set(revision "unknown")
if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} describe --always --dirty --abbrev=12
        OUTPUT_VARIABLE description OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE bad)
    if(NOT bad)
        set(revision "${description}")
    endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define PKTBENCH_REVISION \"@revision@\"\n" @ONLY)
