#include "parsers/rows/escape.h"

#include <string.h>

/* Length of the UTF-8 sequence at `at` (RFC 3629, section 4); 0 if there is no valid one. */
static size_t utf8_length(const uint8_t *at, size_t left)
{
    static const struct {
        uint8_t first_low, first_high, second_low, second_high;
        uint8_t length;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (at[0] < forms[i].first_low || at[0] > forms[i].first_high)
            continue;
        if (left < forms[i].length || at[1] < forms[i].second_low || at[1] > forms[i].second_high)
            return 0;
        for (size_t k = 2; k < forms[i].length; k++)
            if ((at[k] & 0xc0) != 0x80)
                return 0;
        return forms[i].length;
    }
    return 0;
}

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
        const uint8_t byte = at[i];
        const size_t length = byte < 0x80 ? 1 : utf8_length(at + i, size - i);
        if (byte == '\\') {
            *text++ = '\\';
            *text++ = '\\';
        } else if (length == 0 || byte < 0x20 || byte == 0x7f) {
            text = hex_put(text, byte);
        } else {
            memcpy(text, at + i, length);
            text += length;
        }
        i += length ? length : 1;
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
