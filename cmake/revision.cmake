cmake_minimum_required(VERSION 3.22)
# Writes OUT with the revision of SOURCE, if it has changed.
find_package(Git QUIET)
set(revision "unknown")
if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} describe --always --dirty --abbrev=12
        OUTPUT_VARIABLE told OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE bad)
    if(NOT bad)
        set(revision "${told}")
    endif()
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT "#define PKTBENCH_REVISION \"@revision@\"\n" @ONLY)
