/* Bytes as a results file, as far as anything reads one: what results_check() accepts becomes a
 * page, Markdown, every format, a recommendation and a comparison with itself. */
#include <jansson.h>
#include <stdlib.h>

#include "bench/comparison/comparison.h"
#include "datasets/random.h"
#include "report/choose/choose.h"
#include "report/choose/traffic_mix.h"
#include "report/formats/change.h"
#include "report/formats/results.h"
#include "report/page/page.h"
#include "tests/fuzz/fuzz.h"

/* An output in memory. */
typedef struct memory {
    char *text;
    size_t size;
    FILE *file;
} memory;

static void memory_open(memory *out)
{
    *out = (memory){.text = NULL};
    out->file = open_memstream(&out->text, &out->size);
    must(out->file != NULL, "memory is available for the output");
}

/* True if the text has a control character other than those that lay it out. */
static bool has_control(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < ' ' && !strchr("\t\r\n", *text)) || *text == 0x7f)
            return true;
    return false;
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    while ((text = strstr(text, word)) != NULL) {
        count++;
        text++;
    }
    return count;
}

static void page_try(json_t *results, const uint8_t *data, size_t size)
{
    const results_file file = {
        .name = "x.json", .bytes = (char *)(uintptr_t)data, .size = size, .json = results};
    part part = {.file = &file, .results = results, .folder = "/nonexistent"};
    memory page, text;
    memory_open(&page);
    page_write(&part, 1, page.file);
    must(fclose(page.file) == 0 && count_of(page.text, "<script") == 1 && !has_control(page.text),
         "the page has one script");
    memory_open(&text);
    page_markdown(&part, 1, text.file);
    must(fclose(text.file) == 0 && !strstr(text.text, "<script") && !has_control(text.text),
         "Markdown has no elements");
    free(page.text);
    free(text.text);
}

static void formats_try(const json_t *results)
{
    for (unsigned format = REPORT_TABLE; format <= REPORT_GBENCH; format++) {
        memory out;
        memory_open(&out);
        must(report_results(results, (report_format)format, false, out.file) == 0,
             "results that fit can be written in every format");
        must(fclose(out.file) == 0 && !has_control(out.text), "no format has control characters");
        free(out.text);
    }
}

static extracts any_extract(const char *backend)
{
    (void)backend;
    return EXTRACTS_COLUMNS;
}

static void choose_try(const json_t *results)
{
    choose_request request = {.packets_per_s = 1e6, .traffic_text = "even"};
    memory out;
    if (json_array_size(json_object_get(results, "slices")) == 0 ||
        requirements_read(results, "headers", &request.needs, NULL) != 0)
        return;
    traffic_mix_even(results, &request);
    json_t *choice = choose(results, &request, any_extract);
    must(choice != NULL, "there is a choice, or a reason against each backend");
    memory_open(&out);
    choose_print(choice, out.file);
    must(fclose(out.file) == 0 && !has_control(out.text), "a choice has no control characters");
    free(out.text);
    json_decref(choice);
}

static void compare_try(json_t *results)
{
    gate gate;
    must(gate_parse(&gate, "slower,lost,instructions", NULL) == 0, "the gate is one");
    const comparison_side side = {&results, 1};
    json_t *comparison = comparison_json(&side, &side, false, &gate);
    must(comparison != NULL, "results can be compared with themselves");
    (void)comparison_judge(comparison, &gate);
    for (unsigned format = REPORT_TABLE; format <= REPORT_JSON; format++) {
        memory out;
        memory_open(&out);
        must(report_change(comparison, (report_format)format, out.file) == 0 &&
                 fclose(out.file) == 0 && !has_control(out.text),
             "a comparison can be written");
        free(out.text);
    }
    json_decref(comparison);
}

/* The n-th value below `value` and of itself, counted down in *n; NULL: there are fewer.
 * NOLINTNEXTLINE(misc-no-recursion): jansson parsed it to a limited depth */
static json_t *value_at(json_t *value, size_t *n, json_t **parent, const char **key, size_t *index)
{
    json_t *inner, *found = NULL;
    const char *name;
    size_t i;
    if ((*n)-- == 0)
        return value;
    json_array_foreach(value, i, inner)
    {
        *parent = value;
        *key = NULL;
        *index = i;
        if ((found = value_at(inner, n, parent, key, index)))
            return found;
    }
    json_object_foreach(value, name, inner)
    {
        *parent = value;
        *key = name;
        if ((found = value_at(inner, n, parent, key, index)))
            return found;
    }
    return NULL;
}

/* Values that are near a limit, or are markup. */
static json_t *value_make(uint64_t random, json_t *old)
{
    static const double numbers[] = {0, 1e-9, 1, 2.5, 1e9, 1e18, -1};
    static const char *const texts[] = {
        "",          "raw",          "headers",    "dissect",         "csv",    "differs",
        "timed-out", "<script>|*x*", "a\x1b[2J\n", "=1+1\",\xc2\x9b", "stream", "stated: x"};
    switch (random % 8) {
    case 0:
        return json_null();
    case 1:
        return json_integer((json_int_t)(random >> 8 & 0x1ffff));
    case 2:
        return json_real(numbers[(random >> 8) % (sizeof numbers / sizeof numbers[0])]);
    case 3:
        return json_boolean(random >> 8 & 1);
    case 4:
        return json_real(json_number_value(old) * (double)(random >> 8 & 0xff) / 16);
    case 5:
        return json_is_array(old) ? json_array() : json_deep_copy(old);
    default:
        return json_string(texts[(random >> 8) % (sizeof texts / sizeof texts[0])]);
    }
}

/* A list gets a copy of one of its elements at the end; any other value becomes another one. */
static void value_change(json_t *results, uint64_t random)
{
    size_t count = 0, index = 0;
    json_t *parent = NULL;
    const char *key = NULL;
    while (value_at(results, &(size_t){count}, &parent, &key, &index))
        count++;
    if (count == 0)
        return;
    size_t n = (size_t)(random >> 32) % count;
    parent = NULL;
    json_t *old = value_at(results, &n, &parent, &key, &index);
    if (json_is_array(old) && json_array_size(old) && random % 3) {
        const size_t copied = (size_t)(random >> 8) % json_array_size(old);
        json_array_append_new(old, json_deep_copy(json_array_get(old, copied)));
    } else if (parent && key) {
        json_object_set_new(parent, key, value_make(random, old));
    } else if (parent) {
        json_array_set_new(parent, index, value_make(random, old));
    }
}

/* Changes of bytes seldom leave JSON that fits: change values. What is no JSON is changed by
 * bytes. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    json_t *results = json_loadb((const char *)data, size, 0, NULL);
    if (!results || seed % 16 == 0) {
        json_decref(results);
        return LLVMFuzzerMutate(data, size, max_size);
    }
    random_state random = random_seeded(seed);
    for (uint64_t left = 1 + random_below(&random, 3); left > 0; left--)
        value_change(results, random_next(&random));
    char *text = json_dumps(results, JSON_COMPACT | JSON_REAL_PRECISION(17));
    const size_t length = text ? strlen(text) : 0;
    json_decref(results);
    if (length > 0 && length <= max_size)
        memcpy(data, text, length); /* NOLINT(bugprone-not-null-terminated-result): has a size */
    free(text);
    return length > 0 && length <= max_size ? length : size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char why[LOAD_WORDS];
    json_t *results = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    *why = '\0';
    if (results && results_check(results, why)) {
        page_try(results, data, size);
        formats_try(results);
        choose_try(results);
        compare_try(results);
    }
    must(!results || !*why || strstr(why, ": "), "what does not fit has a reason");
    json_decref(results);
    return 0;
}
