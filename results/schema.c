#include "results/schema.h"

#include <math.h>
#include <regex.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* The place of the value that is looked at, and where the first fault is written. */
typedef struct check {
    const json_t *root; /* the whole schema */
    char place[192];    /* longer ones are cut */
    size_t place_size;
    char *why;
    size_t size;
} check;

__attribute__((format(printf, 2, 3))) static bool wrong(check *c, const char *format, ...)
{
    char words[160];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    (void)snprintf(c->why, c->size, "%s: %s", c->place_size ? c->place : "/", words);
    return false;
}

static size_t place_add(check *c, const char *key)
{
    const size_t before = c->place_size;
    const int n = snprintf(c->place + before, sizeof c->place - before, "/%.*s", 64, key);
    c->place_size = before + (size_t)n < sizeof c->place ? before + (size_t)n : sizeof c->place - 1;
    return before;
}

static size_t place_add_index(check *c, size_t index)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%zu", index);
    return place_add(c, text);
}

static void place_restore(check *c, size_t before)
{
    c->place[before] = '\0';
    c->place_size = before;
}

static bool value_check(check *c, const json_t *schema, const json_t *value);

static const char *type_of(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "object";
    case JSON_ARRAY:
        return "array";
    case JSON_STRING:
        return "string";
    case JSON_INTEGER:
        return "integer";
    case JSON_REAL:
        return "number";
    case JSON_NULL:
        return "null";
    default:
        return "boolean";
    }
}

static bool is_type(const json_t *value, const char *type)
{
    const char *own = type_of(value);
    return type &&
           (strcmp(own, type) == 0 || (strcmp(own, "integer") == 0 && strcmp(type, "number") == 0));
}

/* `types`: a name, a list of names, or NULL for any. */
static bool type_fits(const json_t *types, const json_t *value)
{
    size_t i;
    json_t *type;
    if (!json_is_array(types))
        return !types || is_type(value, json_string_value(types));
    json_array_foreach(types, i, type)
    {
        if (is_type(value, json_string_value(type)))
            return true;
    }
    return false;
}

/* "integer or null" */
static void types_text(const json_t *types, char *text, size_t size)
{
    size_t i, n = 0;
    json_t *type;
    (void)snprintf(text, size, "%s", json_is_string(types) ? json_string_value(types) : "");
    json_array_foreach(types, i, type)
    {
        if (n < size)
            n += (size_t)snprintf(text + n, size - n, "%s%s", n ? " or " : "",
                                  json_string_value(type));
    }
}

static bool type_check(check *c, const json_t *types, const json_t *value)
{
    char text[64];
    if (type_fits(types, value))
        return true;
    types_text(types, text, sizeof text);
    return wrong(c, "must be %s, is %s", text, type_of(value));
}

/* "#/properties/runs/items" within the root. */
static const json_t *ref_find(const check *c, const char *ref)
{
    const json_t *found = c->root;
    char key[64];
    for (ref += *ref == '#'; found && *ref == '/';) {
        const size_t length = strcspn(++ref, "/");
        (void)snprintf(key, sizeof key, "%.*s", (int)length, ref);
        found = json_object_get(found, key);
        ref += length;
    }
    return found;
}

/* The schema itself, or what it refers to. */
static const json_t *resolved(const check *c, const json_t *schema)
{
    const char *ref = json_string_value(json_object_get(schema, "$ref"));
    return ref ? ref_find(c, ref) : schema;
}

/* Has the object the members whose value the schema fixes, such as `kind`? */
static bool fixed_members_fit(const json_t *schema, const json_t *object)
{
    const char *key;
    json_t *member;
    json_object_foreach(json_object_get(schema, "properties"), key, member)
    {
        const json_t *fixed = json_object_get(member, "const");
        if (fixed && !json_equal(fixed, json_object_get(object, key)))
            return false;
    }
    return true;
}

/* NOLINTBEGIN(misc-no-recursion): ends with the schema, which is this project's */
/* The alternative for values of this type: if there are several, the one whose fixed members fit.
 */
static bool alternatives_check(check *c, const json_t *list, const json_t *value)
{
    const json_t *found = NULL;
    size_t i;
    json_t *alternative;
    json_array_foreach(list, i, alternative)
    {
        const json_t *schema = resolved(c, alternative);
        if (!type_fits(json_object_get(schema, "type"), value))
            continue;
        if (fixed_members_fit(schema, value))
            return value_check(c, schema, value);
        found = found ? found : schema;
    }
    return found ? value_check(c, found, value) : wrong(c, "cannot be %s", type_of(value));
}

static bool enum_check(check *c, const json_t *schema, const json_t *value)
{
    const json_t *list = json_object_get(schema, "enum"), *one = json_object_get(schema, "const");
    size_t i;
    json_t *known;
    if (one && !json_equal(one, value))
        return wrong(c, "has another value than it must have");
    json_array_foreach(list, i, known)
    {
        if (json_equal(known, value))
            return true;
    }
    return !list || wrong(c, "'%.40s' is none of the known values",
                          json_is_string(value) ? json_string_value(value) : type_of(value));
}

static bool number_check(check *c, const json_t *schema, const json_t *value)
{
    const json_t *least = json_object_get(schema, "minimum");
    const json_t *above = json_object_get(schema, "exclusiveMinimum");
    const json_t *most = json_object_get(schema, "maximum");
    const double number = json_number_value(value);
    if (json_is_real(value) && !(fabs(number) <= SCHEMA_NUMBER_MAX))
        return wrong(c, "%g is too large: at most %g is read", number, SCHEMA_NUMBER_MAX);
    if (least && number < json_number_value(least))
        return wrong(c, "must be at least %g, is %g", json_number_value(least), number);
    if (above && number <= json_number_value(above))
        return wrong(c, "must be above %g, is %g", json_number_value(above), number);
    if (most && number > json_number_value(most))
        return wrong(c, "must be at most %g, is %g", json_number_value(most), number);
    return true;
}

/* Does the text fit the extended regular expression? The schema uses what POSIX and JSON Schema
 * have in common. */
static bool pattern_fits(const char *pattern, const char *text)
{
    regex_t expression;
    if (regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    const bool fits = regexec(&expression, text, 0, NULL, 0) == 0;
    regfree(&expression);
    return fits;
}

static bool text_check(check *c, const json_t *schema, const json_t *value)
{
    const json_t *limit = json_object_get(schema, "maxLength");
    const size_t most = limit ? (size_t)json_integer_value(limit) : SCHEMA_TEXT_BYTES;
    const size_t bytes = json_string_length(value);
    size_t length = limit ? 0 : bytes;
    for (const char *at = json_string_value(value); limit && *at; at++)
        length += (*at & 0xc0) != 0x80; /* characters, not bytes */
    if (length > most)
        return wrong(c, "is a text of length %zu: at most %zu is read", length, most);
    const char *pattern = json_string_value(json_object_get(schema, "pattern"));
    return !pattern || pattern_fits(pattern, json_string_value(value)) ||
           wrong(c, "'%.40s' does not fit the pattern %s", json_string_value(value), pattern);
}

static bool unique_check(check *c, const char *key, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *one = json_string_value(json_object_get(json_array_get(list, i), key));
        for (size_t j = 0; one && j < i; j++) {
            const char *other = json_string_value(json_object_get(json_array_get(list, j), key));
            if (other && strcmp(one, other) == 0) {
                (void)place_add_index(c, i);
                (void)place_add(c, key);
                return wrong(c, "'%.64s' is there twice", one);
            }
        }
    }
    return true;
}

static bool order_check(check *c, const char *key, const json_t *list)
{
    double last = -INFINITY;
    size_t i;
    json_t *element;
    json_array_foreach(list, i, element)
    {
        const double number = json_number_value(json_object_get(element, key));
        if (number < last) {
            (void)place_add_index(c, i);
            (void)place_add(c, key);
            return wrong(c, "is below that of the element before it");
        }
        last = number;
    }
    return true;
}

/* Are the numbers of the list in ascending order? */
static bool ascending_check(check *c, const json_t *list)
{
    for (size_t i = 1; i < json_array_size(list); i++)
        if (json_number_value(json_array_get(list, i)) <
            json_number_value(json_array_get(list, i - 1))) {
            (void)place_add_index(c, i);
            return wrong(c, "is below the element before it");
        }
    return true;
}

static bool array_check(check *c, const json_t *schema, const json_t *list)
{
    const json_t *items = json_object_get(schema, "items");
    const json_t *least = json_object_get(schema, "minItems");
    const json_t *most = json_object_get(schema, "maxItems");
    const char *unique = json_string_value(json_object_get(schema, "x-unique"));
    const char *ordered = json_string_value(json_object_get(schema, "x-ordered"));
    const json_int_t size = (json_int_t)json_array_size(list);
    size_t i;
    json_t *element;
    if (least && size < json_integer_value(least))
        return wrong(c, "has %lld elements: at least %lld are needed", (long long)size,
                     (long long)json_integer_value(least));
    if (most && size > json_integer_value(most))
        return wrong(c, "has %lld elements: at most %lld are read", (long long)size,
                     (long long)json_integer_value(most));
    json_array_foreach(list, i, element)
    {
        const size_t before = place_add_index(c, i);
        if (items && !value_check(c, items, element))
            return false;
        place_restore(c, before);
    }
    return (!unique || unique_check(c, unique, list)) &&
           (!ordered || order_check(c, ordered, list)) &&
           (!json_is_true(json_object_get(schema, "x-ascending")) || ascending_check(c, list));
}

static bool required_check(check *c, const json_t *schema, const json_t *object)
{
    size_t i;
    json_t *key;
    json_array_foreach(json_object_get(schema, "required"), i, key)
    {
        if (!json_object_get(object, json_string_value(key))) {
            (void)place_add(c, json_string_value(key));
            return wrong(c, "is missing");
        }
    }
    return true;
}

/* A member by the schema of its name, or by that of members without one of their own. */
static bool member_check(check *c, const json_t *schema, const char *key, const json_t *value)
{
    const json_t *own = json_object_get(json_object_get(schema, "properties"), key);
    const json_t *rest = json_object_get(schema, "additionalProperties");
    const json_t *names = json_object_get(schema, "propertyNames");
    const size_t before = place_add(c, key);
    json_t *name = names ? json_string(key) : NULL;
    const bool known = !name || value_check(c, names, name);
    json_decref(name);
    if (!known || (own && !value_check(c, own, value)) ||
        (!own && json_is_object(rest) && !value_check(c, rest, value)))
        return false;
    place_restore(c, before);
    return true;
}

static bool object_check(check *c, const json_t *schema, const json_t *object)
{
    const char *key;
    json_t *value;
    if (!required_check(c, schema, object))
        return false;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (!member_check(c, schema, key, value))
            return false;
    }
    return true;
}

/* Recursion ends with the schema: a value is not looked at deeper than the schema goes. */
static bool value_check(check *c, const json_t *schema, const json_t *value)
{
    schema = resolved(c, schema);
    const json_t *any = json_object_get(schema, "anyOf"), *one = json_object_get(schema, "oneOf");
    if (any || one)
        return alternatives_check(c, any ? any : one, value);
    if (!type_check(c, json_object_get(schema, "type"), value) || !enum_check(c, schema, value))
        return false;
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return object_check(c, schema, value);
    case JSON_ARRAY:
        return array_check(c, schema, value);
    case JSON_STRING:
        return text_check(c, schema, value);
    case JSON_INTEGER:
    case JSON_REAL:
        return number_check(c, schema, value);
    default:
        return true;
    }
}

/* NOLINTEND(misc-no-recursion) */

/* NOLINTNEXTLINE(readability-non-const-parameter): written through the check */
bool schema_check(const json_t *schema, const json_t *value, char *why, size_t size)
{
    check c = {.root = schema, .why = why, .size = size};
    return value_check(&c, schema, value);
}
