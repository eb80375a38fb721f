#include "results/escaped.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
