#include "cli/dataset/difference.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"

/* Bytes of an option with its value, and of a value in it, at most: two of them and what is around
 * them fit into an error. */
enum { OPTION_BYTES = 88, VALUE_BYTES = 56 };
/* What a cut value has of what both values begin with. */
enum { SHARED_BYTES = 12 };
#define WHAT_TO_DO "give the same options, or write to another folder"

typedef enum option_kind {
    KIND_TEXT,
    KIND_LIST,    /* of texts */
    KIND_FLAG,    /* without a value */
    KIND_FILTER,  /* a text with blanks; null: not given */
    KIND_COUNT,   /* 0: not given */
    KIND_BY,      /* as the manifest numbers it */
    KIND_PACKETS, /* 0: the window is a time */
    KIND_TIME,    /* ns; 0: the window is of packets */
    KIND_TIMEOUT, /* ns; 0: none */
    KIND_SIZE     /* bytes; 0: none */
} option_kind;

typedef struct option_form {
    const char *member; /* of the options */
    const char *part;   /* of the member, which is an object or null; NULL: the member itself */
    const char *option;
    option_kind kind;
} option_form;

/* An option that others follow from, such as the columns of a level, comes before them. */
static const option_form forms[] = {
    {"format", NULL, "--format", KIND_TEXT},
    {"partition", NULL, "--partition", KIND_LIST},
    {"features", "set", "--features", KIND_TEXT},
    {"features", "by", "--by", KIND_BY},
    {"features", "window_packets", "--window", KIND_PACKETS},
    {"features", "window_ns", "--window", KIND_TIME},
    {"features", "idle_ns", "--idle", KIND_TIMEOUT},
    {"features", "active_ns", "--active", KIND_TIMEOUT},
    {"features", "reset_every", "--reset-every", KIND_SIZE},
    {"features", "max_flows", "--max-flows", KIND_COUNT},
    {"backend", NULL, "--backend", KIND_TEXT},
    {"level", NULL, "--level", KIND_TEXT},
    {"inner", NULL, "--inner", KIND_FLAG},
    {"escape-formulas", NULL, "--escape-formulas", KIND_FLAG},
    {"f", NULL, "-f", KIND_FILTER},
    {"c", NULL, "-c", KIND_COUNT},
    {"flow-rule", NULL, "--flow-rule", KIND_TEXT},
    {"max-flows", NULL, "--max-flows", KIND_COUNT},
    {"strict", NULL, "--strict", KIND_FLAG},
};

static int differs(const char *before, const char *was, const char *is, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "was begun %s%s, not %s; " WHAT_TO_DO, before,
                    was, is);
}

static bool is_character_inside(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* The value, or, if it is long, a piece of it from a little before byte `from`. */
static void value_show(char shown[VALUE_BYTES], const char *value, size_t from)
{
    static const char dots[] = "...";
    const size_t length = strlen(value), room = VALUE_BYTES - 1 - 2 * strlen(dots);
    size_t first = 0, count = length;
    if (length >= VALUE_BYTES) {
        first = from > SHARED_BYTES ? from - SHARED_BYTES : 0;
        first = first > length - room ? length - room : first;
        while (first > 0 && is_character_inside(value[first]))
            first--;
        count = length - first < room ? length - first : room;
        while (count > 0 && is_character_inside(value[first + count]))
            count--;
    }
    (void)snprintf(shown, VALUE_BYTES, "%s%.*s%s", first ? dots : "", (int)count, value + first,
                   first + count < length ? dots : "");
}

/* The first byte at which the texts differ. */
static size_t byte_differs(const char *one, const char *other)
{
    size_t at = 0;
    while (one[at] && one[at] == other[at])
        at++;
    return at;
}

/* The list with commas; the caller frees it. NULL without memory. */
static char *list_text(const json_t *list)
{
    size_t i;
    json_t *one;
    char *text = strdup("");
    json_array_foreach(list, i, one)
    {
        char *longer = NULL;
        const char *word = json_string_value(one);
        if (!text || asprintf(&longer, "%s%s%s", text, i ? "," : "", word ? word : "") < 0)
            longer = NULL;
        free(text);
        text = longer;
    }
    return text;
}

static char *number_text(uint64_t number, const char *unit)
{
    char *text = NULL;
    return asprintf(&text, "%" PRIu64 "%s", number, unit) < 0 ? NULL : text;
}

/* The exact time, as --idle takes it. */
static char *time_text(uint64_t ns)
{
    static const uint64_t ms = 1000000, s = 1000 * ms;
    char *text = NULL;
    if (ns % ms == 0)
        return ns % s ? number_text(ns / ms, "ms") : number_text(ns / s, "s");
    return asprintf(&text, "%" PRIu64 ".%06" PRIu64 "ms", ns / ms, ns % ms) < 0 ? NULL : text;
}

static char *size_text(uint64_t bytes)
{
    static const uint64_t kb = 1000, mb = 1000 * kb;
    if (bytes % kb)
        return number_text(bytes, "");
    return bytes % mb ? number_text(bytes / kb, "kB") : number_text(bytes / mb, "MB");
}

static char *by_text(uint64_t by)
{
    static const char *const names[] = {"all", "pair", "flow"};
    enum { NAMES = sizeof names / sizeof names[0] };
    return by < NAMES ? strdup(names[by]) : number_text(by, "");
}

/* Is the option not given, and without a default? */
static bool is_absent(option_kind kind, const json_t *value)
{
    switch (kind) {
    case KIND_FLAG:
        return !json_is_true(value);
    case KIND_COUNT:
    case KIND_PACKETS:
    case KIND_TIME:
        return json_integer_value(value) == 0;
    default:
        return !value || json_is_null(value);
    }
}

/* The value as the command line has it; the caller frees it. NULL without memory. */
static char *value_text(option_kind kind, const json_t *value)
{
    const uint64_t number = (uint64_t)json_integer_value(value);
    const char *text = json_string_value(value);
    switch (kind) {
    case KIND_LIST:
        return list_text(value);
    case KIND_BY:
        return by_text(number);
    case KIND_TIMEOUT:
    case KIND_TIME:
        return number ? time_text(number) : strdup("none");
    case KIND_SIZE:
        return number ? size_text(number) : strdup("none");
    case KIND_COUNT:
    case KIND_PACKETS:
        return number_text(number, "");
    default:
        return strdup(text ? text : "");
    }
}

/* "--idle 5s"; the option alone if it has no value. */
static void option_show(char shown[OPTION_BYTES], const option_form *form, const char *value,
                        const char *other)
{
    char cut[VALUE_BYTES];
    const char *quote = form->kind == KIND_FILTER ? "'" : "";
    value_show(cut, value, byte_differs(value, other));
    (void)snprintf(shown, OPTION_BYTES, "%s%s%s%s%s", form->option,
                   form->kind == KIND_FLAG ? "" : " ", quote, cut, quote);
}

static int option_differs(const option_form *form, const json_t *was, const json_t *is,
                          pkt_err *err)
{
    const bool without = is_absent(form->kind, was);
    char old[OPTION_BYTES], new[OPTION_BYTES];
    char *old_value = value_text(form->kind, was), *new_value = value_text(form->kind, is);
    if (!old_value || !new_value) {
        (void)pkt_fail_memory(err, "options");
    } else if (without) {
        option_show(new, form, new_value, "");
        (void)differs("without ", form->option, form->kind == KIND_FLAG ? "with it" : new, err);
    } else {
        option_show(old, form, old_value, new_value);
        option_show(new, form, new_value, old_value);
        (void)differs("with ", old, is_absent(form->kind, is) ? "without it" : new, err);
    }
    free(old_value);
    free(new_value);
    return -1;
}

/* A window is of packets, or of a time: both members of it are one option. */
static int window_differs(const json_t *was, const json_t *is, pkt_err *err)
{
    char *texts[2], whole[2][OPTION_BYTES];
    const json_t *both[] = {was, is};
    for (size_t i = 0; i < 2; i++) {
        const json_t *packets = json_object_get(both[i], "window_packets");
        texts[i] = is_absent(KIND_PACKETS, packets)
                       ? value_text(KIND_TIME, json_object_get(both[i], "window_ns"))
                       : value_text(KIND_PACKETS, packets);
        (void)snprintf(whole[i], sizeof whole[i], "--window %s", texts[i] ? texts[i] : "");
        free(texts[i]);
    }
    return differs("with ", whole[0], whole[1], err);
}

static int form_compare(const option_form *form, const json_t *was, const json_t *is, pkt_err *err)
{
    const json_t *old = json_object_get(was, form->member),
                 *new = json_object_get(is, form->member);
    const json_t *old_whole = old, *new_whole = new;
    if (form->part) {
        old = json_object_get(old, form->part);
        new = json_object_get(new, form->part);
    }
    if (old == new || (old && new &&json_equal(old, new)))
        return 0;
    if (form->kind == KIND_PACKETS || form->kind == KIND_TIME)
        return window_differs(old_whole, new_whole, err);
    return option_differs(form, old, new, err);
}

/* The next name of the list, which is moved behind it; its length. 0: there is none. */
static size_t name_next(const char **list, const char **name)
{
    *name = *list;
    const size_t length = strcspn(*list, ",");
    *list += length + ((*list)[length] == ',');
    return length;
}

static bool name_is_in(const char *list, const char *name, size_t length)
{
    const char *one;
    for (size_t size; (size = name_next(&list, &one)) > 0;)
        if (size == length && memcmp(one, name, length) == 0)
            return true;
    return false;
}

/* The first column that only the first list has: in *shown, "the column NAME". */
static bool column_alone(char shown[OPTION_BYTES], const char *list, const char *other)
{
    static const char label[] = "label"; /* is there with the option alone */
    const char *name;
    for (size_t length; (length = name_next(&list, &name)) > 0;)
        if (!name_is_in(other, name, length)) {
            const bool option = length == strlen(label) && memcmp(name, label, length) == 0;
            (void)snprintf(shown, OPTION_BYTES, "%s%.*s", option ? "--" : "the column ",
                           (int)length, name);
            return true;
        }
    return false;
}

/* The lists have the same columns in another order. */
static int order_differs(const char *was, const char *is, pkt_err *err)
{
    const char *old, *new;
    size_t old_length, new_length;
    unsigned place = 0;
    char before[OPTION_BYTES], after[OPTION_BYTES];
    do {
        old_length = name_next(&was, &old);
        new_length = name_next(&is, &new);
        place++;
    } while (old_length && old_length == new_length && memcmp(old, new, old_length) == 0);
    (void)snprintf(before, sizeof before, "%.*s as column %u", (int)old_length, old, place);
    (void)snprintf(after, sizeof after, "%.*s", (int)new_length, new);
    return differs("with ", before, after, err);
}

/* The columns are many, and may follow from other options: what differs is named alone. */
static int columns_compare(const json_t *was, const json_t *is, pkt_err *err)
{
    const char *old = json_string_value(json_object_get(was, "columns"));
    const char *new = json_string_value(json_object_get(is, "columns"));
    char lost[OPTION_BYTES], more[OPTION_BYTES];
    if (old && new &&strcmp(old, new) == 0)
        return 0;
    const bool loses = column_alone(lost, old ? old : "", new ? new : "");
    const bool gains = column_alone(more, new ? new : "", old ? old : "");
    if (!loses && !gains)
        return order_differs(old ? old : "", new ? new : "", err);
    if (!loses)
        return differs("without ", more, "with it", err);
    return differs("with ", lost, gains ? more : "without it", err);
}

int options_compare(const json_t *was, const json_t *is, pkt_err *err)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (form_compare(&forms[i], was, is, err) != 0)
            return -1;
    if (columns_compare(was, is, err) != 0)
        return -1;
    /* a member that is not listed above, which a test looks for */
    return json_equal(was, is) ? 0 : differs("", "with other options", "with these", err);
}

int text_compare(const char *what, const json_t *was, const json_t *is, pkt_err *err)
{
    const option_form form = {.option = what, .kind = KIND_TEXT};
    return json_equal(was, is) ? 0 : option_differs(&form, was, is, err);
}
