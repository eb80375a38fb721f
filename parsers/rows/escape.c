#include "parsers/rows/escape.h"

#include <string.h>

#include "parsers/util/utf8.h"

static char *hex_put(char *text, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    *text++ = '\\';
    *text++ = 'x';
    *text++ = digits[byte >> 4];
    *text++ = digits[byte & 15];
    return text;
}

char *pkt_escape(char *text, const char *bytes, size_t size)
{
    const uint8_t *at = (const uint8_t *)bytes;
    for (size_t i = 0; i < size;) {
        bool plain;
        const size_t length = pkt_character(at + i, size - i, &plain);
        if (at[i] == '\\') {
            *text++ = '\\';
            *text++ = '\\';
        } else if (plain) {
            memcpy(text, at + i, length);
            text += length;
        } else {
            for (size_t k = 0; k < length; k++)
                text = hex_put(text, at[i + k]);
        }
        i += length;
    }
    return text;
}

/* Value of a hexadecimal digit as pkt_escape() writes it; -1. */
static int hex_value(char digit)
{
    return digit >= '0' && digit <= '9'   ? digit - '0'
           : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10
                                          : -1;
}

int64_t pkt_unescape(char *text, size_t size)
{
    size_t out = 0;
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '\\') {
            text[out++] = text[i];
        } else if (size - i >= 2 && text[i + 1] == '\\') {
            text[out++] = text[++i];
        } else if (size - i >= 4 && text[i + 1] == 'x' && hex_value(text[i + 2]) >= 0 &&
                   hex_value(text[i + 3]) >= 0) {
            text[out++] = (char)(hex_value(text[i + 2]) << 4 | hex_value(text[i + 3]));
            i += 3;
        } else {
            return -1;
        }
    }
    return (int64_t)out;
}
