#include "parsers/util/utf8.h"

#include <string.h>

size_t pkt_utf8_length(const uint8_t *at, size_t left)
{
    /* RFC 3629, section 4. */
    static const struct {
        uint8_t first_low, first_high, second_low, second_high;
        uint8_t length;
    } forms[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    if (at[0] < 0x80)
        return 1;
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

uint32_t pkt_code_point(const uint8_t *at, size_t length)
{
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = at[0] & masks[length];
    for (size_t i = 1; i < length; i++)
        code = code << 6 | (at[i] & 0x3fu);
    return code;
}

/* Control characters, and the format characters of Unicode's bidirectional algorithm (UAX 9). */
static bool is_plain(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } others[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},
                  {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (code >= others[i].first && code <= others[i].last)
            return false;
    return true;
}

size_t pkt_character(const uint8_t *at, size_t left, bool *plain)
{
    const size_t length = pkt_utf8_length(at, left);
    *plain = length > 0 && is_plain(pkt_code_point(at, length));
    return length ? length : 1;
}

bool pkt_text_is_plain(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    bool plain = true;
    for (size_t left = strlen(text), length; plain && left > 0; at += length, left -= length)
        length = pkt_character(at, left, &plain);
    return plain;
}
