# Debian packages by CPack: `./run package deb`. What they need of other packages is found by
# dpkg-shlibdeps. The bytes of a package depend on SOURCE_DATE_EPOCH, not on the time.
set(PKTBENCH_PACKAGE_VERSION ${PROJECT_VERSION} CACHE STRING "Version of the packages")
set(PKTBENCH_PACKAGE_RELEASE 1 CACHE STRING "Revision of the packages: the part of the version behind the -")
set(PKTBENCH_MAINTAINER "The pktbench authors <maintainers@pktbench.invalid>"
    CACHE STRING "Who made the packages: NAME <MAIL>")

find_program(PKTBENCH_GZIP gzip REQUIRED)

# package_gzip(SOURCE NAME FOLDER COMPONENT): installed as Debian does it, compressed without a time.
function(package_gzip source name folder component)
    set(packed ${PROJECT_BINARY_DIR}/${name}.gz)
    add_custom_command(OUTPUT ${packed}
        COMMAND ${PKTBENCH_GZIP} -9nc ${source} > ${packed} DEPENDS ${source} VERBATIM)
    add_custom_target(packed_${name} ALL DEPENDS ${packed})
    if(TARGET pktbench_texts)
        add_dependencies(packed_${name} pktbench_texts)
    endif()
    install(FILES ${packed} DESTINATION ${folder} COMPONENT ${component})
endfunction()

# The changelog of the packaging, which every package has; that of pktbench is beside that of the program.
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${PROJECT_BINARY_DIR}/changelog.Debian
    "pktbench (${PKTBENCH_PACKAGE_VERSION}-${PKTBENCH_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
    "  * Made from the source by `./run package`.\n\n -- ${PKTBENCH_MAINTAINER}  ${now}\n")

set(CPACK_COMPONENTS_ALL "")
# package(COMPONENT NAME LICENCE SECTION SUMMARY TEXT...): also its files copyright and changelog.Debian.gz.
function(package component name licence section summary)
    string(TOUPPER ${component} upper)
    install(FILES ${PROJECT_SOURCE_DIR}/${licence} RENAME copyright
        DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
    if(NOT component STREQUAL "program") # by package_gzip() below
        install(FILES ${PROJECT_BINARY_DIR}/changelog.Debian.gz
            DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
    endif()
    list(JOIN ARGN "\n" text)
    set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name} PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section} PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${text}" PARENT_SCOPE)
endfunction()

set(same "(= ${PKTBENCH_PACKAGE_VERSION}-${PKTBENCH_PACKAGE_RELEASE})")
set(library libpktbench${PROJECT_VERSION_MAJOR})

package(program pktbench LICENSE net "benchmark of packet parsers, and rows from captures"
    "pktbench runs packet parsers on the same captures, checks that they give the"
    "same values, and measures their time and memory. It also writes the columns of"
    "captures and live traffic as CSV, Arrow or Parquet.")
package_gzip(${PROJECT_BINARY_DIR}/pktbench.1 pktbench.1 ${CMAKE_INSTALL_MANDIR}/man1 program)
package_gzip(${PROJECT_SOURCE_DIR}/CHANGELOG.md changelog ${CMAKE_INSTALL_DATADIR}/doc/pktbench program)
package_gzip(${PROJECT_BINARY_DIR}/changelog.Debian changelog.Debian ${CMAKE_INSTALL_DATADIR}/doc/pktbench program)
set(CPACK_DEBIAN_PROGRAM_PACKAGE_SUGGESTS "pktbench-wireshark, pktbench-libtins, pktbench-libtrace, \
python3, python3-dpkt, python3-scapy, python3-cryptography, tshark, valgrind")

package(library ${library} LICENSE libs "packet parsers behind one interface: shared library"
    "What programs need that are linked with libpktbench.")
# CPack's scripts call ldconfig; Debian asks for the trigger.
file(WRITE ${PROJECT_BINARY_DIR}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)

package(development libpktbench-dev LICENSE libdevel
    "packet parsers behind one interface: development files"
    "The static library, the headers, and the files for pkg-config and CMake: to"
    "read captures into columns, and to write a plug-in of pktbench.")
# The static library needs those of others; Debian's names of their packages.
set(needed "${library} ${same}, libpcap-dev, libxxhash-dev")
foreach(codec "ZLIB zlib1g-dev" "ZSTD libzstd-dev" "LZMA liblzma-dev")
    string(REPLACE " " ";" codec ${codec})
    list(GET codec 0 define)
    list(GET codec 1 name)
    if(${define}_FOUND)
        string(APPEND needed ", ${name}")
    endif()
endforeach()
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${needed}")

foreach(module wireshark libtins libtrace)
    if(NOT TARGET ${module}_module)
        message(STATUS "no package pktbench-${module}: the module is not built")
        continue()
    endif()
    set(licence packaging/copyright-gpl)
    if(module STREQUAL "libtins")
        set(licence LICENSE)
    endif()
    package(${module} pktbench-${module} ${licence} net "backend ${module} of pktbench"
        "The module with which pktbench measures ${module}, and reads captures by it.")
    string(TOUPPER ${module} upper)
    set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "pktbench ${same}")
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_PACKAGE_NAME pktbench)
set(CPACK_PACKAGE_VENDOR pktbench)
set(CPACK_PACKAGE_VERSION ${PKTBENCH_PACKAGE_VERSION})
set(CPACK_PACKAGE_CONTACT "${PKTBENCH_MAINTAINER}")
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_RELEASE ${PKTBENCH_PACKAGE_RELEASE})
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Of the library; of modules, which have no version, CPack says so in its log.
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY "=")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
