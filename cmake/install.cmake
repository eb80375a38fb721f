# Install rules, in components: program, library, development. Those of the modules, a component each,
# are in parsers/modules/.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/pktbench)
set(PKTBENCH_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
if(PKTBENCH_DEBIAN) # Debian's zsh reads packages' functions there
    set(PKTBENCH_ZSH_DIR ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
endif()

# The program writes its own manual page and completion scripts.
set(program_texts)
function(program_text file)
    add_custom_command(OUTPUT ${PROJECT_BINARY_DIR}/${file}
        COMMAND pktbench help ${ARGN} > ${PROJECT_BINARY_DIR}/${file}
        DEPENDS pktbench VERBATIM)
    set(program_texts ${program_texts} ${PROJECT_BINARY_DIR}/${file} PARENT_SCOPE)
endfunction()
program_text(pktbench.1 --man)
program_text(pktbench.bash --completion bash)
program_text(_pktbench --completion zsh)
add_custom_target(pktbench_texts ALL DEPENDS ${program_texts})

# Relative to the folder of pktbench.pc, to allow moving the prefix.
file(RELATIVE_PATH prefix_from_pc ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
file(RELATIVE_PATH includedir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_INCLUDEDIR})
file(RELATIVE_PATH libdir ${CMAKE_INSTALL_PREFIX} ${CMAKE_INSTALL_FULL_LIBDIR})
list(TRANSFORM CMAKE_DL_LIBS PREPEND -l OUTPUT_VARIABLE libs_private)
list(PREPEND libs_private ${PCAP_LDFLAGS} ${XXHASH_LDFLAGS} ${ZLIB_LDFLAGS} ${ZSTD_LDFLAGS}
    ${LZMA_LDFLAGS} -pthread)
list(APPEND libs_private -lm)
list(REMOVE_DUPLICATES libs_private)
list(JOIN libs_private " " libs_private)
configure_file(cmake/pktbench.pc.in pktbench.pc @ONLY)

set(codecs "")
foreach(codec ZLIB:zlib ZSTD:libzstd LZMA:liblzma)
    string(REGEX REPLACE ":.*" "" name ${codec})
    if(${name}_FOUND)
        string(APPEND codecs " ${codec}")
    endif()
endforeach()
string(STRIP "${codecs}" codecs)
configure_package_config_file(cmake/pktbenchConfig.cmake.in
    ${PROJECT_BINARY_DIR}/pktbenchConfig.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/pktbenchConfigVersion.cmake COMPATIBILITY SameMinorVersion)

set_target_properties(pktbench_static PROPERTIES EXPORT_NAME pktbench)
set_target_properties(pktbench_shared PROPERTIES EXPORT_NAME shared)
set_target_properties(pktbench_headers PROPERTIES EXPORT_NAME headers)
install(TARGETS pktbench COMPONENT program)
install(TARGETS pktbench_static pktbench_shared pktbench_headers EXPORT pktbenchTargets
    LIBRARY COMPONENT library NAMELINK_COMPONENT development
    ARCHIVE COMPONENT development)
install(EXPORT pktbenchTargets NAMESPACE pktbench:: DESTINATION ${package_dir} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/pktbenchConfig.cmake
              ${PROJECT_BINARY_DIR}/pktbenchConfigVersion.cmake
    DESTINATION ${package_dir} COMPONENT development)
install(FILES ${PROJECT_BINARY_DIR}/pktbench.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
install(FILES include/pktbench.h TYPE INCLUDE COMPONENT development)
install(DIRECTORY include/pktbench TYPE INCLUDE COMPONENT development)
if(NOT PKTBENCH_DEBIAN) # where it is compressed
    install(FILES ${PROJECT_BINARY_DIR}/pktbench.1
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
    install(FILES LICENSE TYPE DOC COMPONENT program)
endif()
install(FILES ${PROJECT_BINARY_DIR}/pktbench.bash RENAME pktbench
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
install(FILES ${PROJECT_BINARY_DIR}/_pktbench
    DESTINATION ${PKTBENCH_ZSH_DIR} COMPONENT program)
install(FILES results/schema.json DESTINATION ${CMAKE_INSTALL_DATADIR}/pktbench COMPONENT program)
# The pages and programs that help and messages of the program name; links between them lead somewhere.
set(pages ${CMAKE_INSTALL_DATADIR}/doc/pktbench)
install(FILES README.md SECURITY.md CONTRIBUTING.md DESTINATION ${pages} COMPONENT program)
install(DIRECTORY doc DESTINATION ${pages} COMPONENT program FILES_MATCHING PATTERN "*.md")
install(DIRECTORY examples DESTINATION ${pages} COMPONENT program
    PATTERN __pycache__ EXCLUDE PATTERN target EXCLUDE PATTERN node_modules EXCLUDE
    PATTERN .gitignore EXCLUDE)
install(FILES results/protocol.json DESTINATION ${pages}/results COMPONENT program)
