/* JSON values of results that may be null. All functions return new references. */
#ifndef PKT_JSON_VALUES_H
#define PKT_JSON_VALUES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "parsers/util/output_text.h"

/* Words of others, which need not be UTF-8: cut to this many bytes. */
enum { JSON_WORDS = 4096 };
static inline json_t *json_words(const char *text)
{
    char words[JSON_WORDS];
    return json_string(pkt_text_fit(words, sizeof words, text));
}

/* NULL and "" give null. */
static inline json_t *json_text_or_null(const char *text)
{
    return text && *text ? json_words(text) : json_null();
}

static inline json_t *json_real_or_null(bool there, double value)
{
    return there ? json_real(value) : json_null();
}

static inline json_t *json_count(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* 0 (unknown) gives null. */
static inline json_t *json_count_or_null(uint64_t value)
{
    return value ? json_count(value) : json_null();
}

static inline json_t *json_member_or_null(const json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);
    return value ? json_incref(value) : json_null();
}

#endif
