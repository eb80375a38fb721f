# Embeds text files as C strings, with their SHA-256 for the page's content security policy.
# cmake -DOUT=FILE.c -DFILES="page.css;page.js" -P embed.cmake
set(text "/* Generated from the files of report/page/. */\n#include \"report/html/assets.h\"\n\n")
foreach(file ${FILES})
    get_filename_component(name ${file} NAME)
    string(MAKE_C_IDENTIFIER ${name} name)
    file(READ ${file} hex HEX)
    file(SHA256 ${file} sum)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
    string(REGEX REPLACE "(..)" "0x\\1," sum "${sum}")
    string(APPEND text "static const char ${name}_text[] = {\n${bytes}0};\n"
           "const report_asset asset_${name} = {${name}_text, {${sum}}};\n\n")
endforeach()
file(WRITE ${OUT} "${text}")
