#include "parsers/util/output_text.h"

#include <stdint.h>
#include <string.h>

#include "parsers/util/utf8.h"

static char *hex_put(char *out, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    *out++ = '\\';
    *out++ = 'x';
    *out++ = digits[byte >> 4];
    *out++ = digits[byte & 15];
    return out;
}

/* A plain character stays as it is, the bytes of another one are shown. */
static char *character_put(char *out, const char *text, size_t length, bool plain)
{
    for (size_t i = 0; i < length; i++)
        if (plain)
            *out++ = text[i];
        else
            out = hex_put(out, (uint8_t)text[i]);
    return out;
}

char *pkt_text_terminal(char *out, const char *text)
{
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        bool plain;
        length = pkt_character((const uint8_t *)text, left, &plain);
        out = character_put(out, text, length, plain);
    }
    *out = '\0';
    return out;
}

char *pkt_text_fit(char *out, size_t size, const char *text)
{
    size_t used = 0;
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        bool plain;
        length = pkt_character((const uint8_t *)text, left, &plain);
        const size_t needed = plain ? length : 4 * length;
        if (needed >= size - used)
            break;
        (void)character_put(out + used, text, length, plain);
        used += needed;
    }
    out[used] = '\0';
    return out;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* Does the character need a backslash? `before` is 0 at the start. An underscore inside a word is
 * no markup; a dash or a plus sign is markup at the start only. */
static bool is_markup(char before, char c, char after)
{
    if (c == '_')
        return !is_word(before) || !is_word(after);
    if (strchr("-+=:", c))
        return before == '\0';
    return strchr("\\`*[]|#~$", c) != NULL;
}

char *pkt_text_markdown(char *out, const char *text)
{
    char before = '\0';
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        bool plain;
        length = pkt_character((const uint8_t *)text, left, &plain);
        if (*text == '<' || *text == '>' || *text == '&') {
            out = stpcpy(out, *text == '<' ? "&lt;" : *text == '>' ? "&gt;" : "&amp;");
        } else {
            if (is_markup(before, *text, text[1]))
                *out++ = '\\';
            out = character_put(out, text, length, plain);
        }
        before = *text;
    }
    *out = '\0';
    return out;
}

bool pkt_begins_formula(char first)
{
    return first != '\0' && strchr("=+-@\t\r", first) != NULL;
}

static char *csv_put(char *out, const char *text, bool no_formula)
{
    const bool formula = no_formula && pkt_begins_formula(*text);
    const bool quoted = formula || text[strcspn(text, ",\"\t\r\n")] != '\0';
    if (quoted)
        *out++ = '"';
    if (formula)
        *out++ = '\'';
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        bool plain;
        length = pkt_character((const uint8_t *)text, left, &plain);
        if (*text == '"')
            *out++ = '"';
        out = character_put(out, text, length, plain || strchr("\t\r\n", *text));
    }
    if (quoted)
        *out++ = '"';
    *out = '\0';
    return out;
}

char *pkt_text_csv(char *out, const char *text)
{
    return csv_put(out, text, false);
}

char *pkt_text_csv_no_formula(char *out, const char *text)
{
    return csv_put(out, text, true);
}
