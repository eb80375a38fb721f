#include "results/escaped.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/utf8.h"

/* The form of the text; NULL if memory runs out. The caller frees it. */
static char *form_of(const char *text, pkt_text_form *form)
{
    char *out = malloc(PKT_FORM_BYTES(strlen(text)));
    if (out)
        (void)form(out, text);
    return out;
}

static json_t *string_escaped(const json_t *value, pkt_text_form *form)
{
    char *text = form_of(json_string_value(value), form);
    json_t *out = text ? json_string(text) : NULL;
    free(text);
    return out;
}

/* NOLINTBEGIN(misc-no-recursion): ends with the value, which jansson parsed to a limited depth */
static json_t *array_escaped(const json_t *list, pkt_text_form *form)
{
    json_t *out = json_array(), *element;
    size_t i;
    json_array_foreach(list, i, element)
    {
        if (json_array_append_new(out, json_escaped(element, form)) != 0) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

static json_t *object_escaped(const json_t *object, pkt_text_form *form)
{
    json_t *out = json_object(), *value;
    const char *key;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        char *name = form_of(key, form);
        const int bad = !name || json_object_set_new(out, name, json_escaped(value, form)) != 0;
        free(name);
        if (bad) {
            json_decref(out);
            return NULL;
        }
    }
    return out;
}

json_t *json_escaped(const json_t *value, pkt_text_form *form)
{
    if (json_is_string(value))
        return string_escaped(value, form);
    if (json_is_array(value))
        return array_escaped(value, form);
    if (json_is_object(value))
        return object_escaped(value, form);
    return json_incref((json_t *)(uintptr_t)value);
}
/* NOLINTEND(misc-no-recursion) */

/* What jansson has made ready, in whole characters. 0, or -1. */
static int piece_print(const char *piece, size_t size, void *out)
{
    const uint8_t *at = (const uint8_t *)piece;
    size_t ready = 0; /* bytes before the next character that need no change */
    while (ready < size) {
        bool plain;
        const size_t length = pkt_character(at + ready, size - ready, &plain);
        if (plain || at[ready] == '\n' || pkt_utf8_length(at + ready, size - ready) == 0) {
            ready += length;
            continue;
        }
        if (fwrite(at, 1, ready, out) != ready ||
            fprintf(out, "\\u%04x", (unsigned)pkt_code_point(at + ready, length)) < 0)
            return -1;
        at += ready + length;
        size -= ready + length;
        ready = 0;
    }
    return fwrite(at, 1, ready, out) == ready ? 0 : -1;
}

int json_print(const json_t *value, FILE *out, size_t flags)
{
    if (json_dump_callback(value, piece_print, out, flags) != 0)
        return -1;
    return fputc('\n', out) == EOF ? -1 : 0;
}
