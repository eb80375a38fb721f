/* Tables of fixed results (FOLDER/NAME.json) in every format, compared with golden files.
 * Usage: test_report FOLDER [--write]; --write writes the golden files: read them before a commit.
 * For other tests: test_report FOLDER --print RESULTS.json FORMAT prints that table; test_report
 * FOLDER --check reads lines of JSON, and prints for each what results_check() finds wrong. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/formats/results.h"
#include "report/page/page.h"
#include "results/reader.h"

static const char *folder;
static bool writes;

static json_t *fixture(const char *name)
{
    char path[512];
    json_error_t error;
    (void)snprintf(path, sizeof path, "%s/%s.json", folder, name);
    json_t *results = json_load_file(path, 0, &error);
    if (!results)
        fail_msg("%s:%d: %s", path, error.line, error.text);
    return results;
}

static char *rendered(const json_t *results, report_format format)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(report_results(results, format, false, out), 0);
    assert_int_equal(fclose(out), 0);
    return text;
}

static char *file_text(const char *path)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        fail_msg("%s: cannot be read", path);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t got = fread(text, 1, (1 << 20) - 1, in);
    assert_true(got > 0);
    fclose(in);
    return text;
}

/* Compares the generated text with the golden file, or writes it. Frees the text. */
static void check_text(char *got, const char *name, const char *suffix)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s.%s", folder, name, suffix);
    if (writes) {
        FILE *out = fopen(path, "wb");
        assert_non_null(out);
        fputs(got, out);
        assert_int_equal(fclose(out), 0);
    } else {
        char *wanted = file_text(path);
        if (strcmp(got, wanted) != 0)
            fail_msg("%s differs; got:\n%s", path, got);
        free(wanted);
    }
    free(got);
}

static void check_golden(const char *name, report_format format, const char *suffix)
{
    json_t *results = fixture(name);
    check_text(rendered(results, format), name, suffix);
    json_decref(results);
}

/* Markdown of a report of two results that are not merged, without pictures. */
static void test_report_golden(void **state)
{
    (void)state;
    static const char *const names[] = {"mixed", "few"};
    results_file files[2] = {0};
    part parts[2];
    char *text = NULL;
    size_t size;
    for (size_t i = 0; i < 2; i++) {
        files[i] = (results_file){.name = names[i], .json = fixture(names[i])};
        parts[i] = (part){.file = &files[i], .results = files[i].json, .index = i};
    }
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    page_markdown(parts, 2, out);
    assert_int_equal(fclose(out), 0);
    check_text(text, "report", "md");
    for (size_t i = 0; i < 2; i++)
        results_close(&files[i]);
}

static void test_golden(void **state)
{
    (void)state;
    static const char *const names[] = {"mixed", "few"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        check_golden(names[i], REPORT_TABLE, "txt");
        check_golden(names[i], REPORT_MARKDOWN, "md");
        check_golden(names[i], REPORT_CSV, "csv");
    }
}

static void test_json(void **state)
{
    (void)state;
    json_t *results = fixture("mixed");
    char *text = rendered(results, REPORT_JSON);
    json_t *parsed = json_loads(text, 0, NULL);
    assert_non_null(parsed);
    assert_int_equal(json_array_size(json_object_get(parsed, "runs")),
                     json_array_size(json_object_get(results, "runs")));
    json_decref(parsed);
    free(text);
    json_decref(results);
}

static void test_not_results(void **state)
{
    (void)state;
    json_t *empty = json_object();
    FILE *out = tmpfile();
    assert_non_null(out);
    assert_int_equal(report_results(empty, REPORT_TABLE, false, out), -1);
    assert_int_equal(ftell(out), 0);
    fclose(out);
    json_decref(empty);
}

static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},        {0.012345, "0.0123"}, {0.9996, "1.00"},       {1, "1.00"},
        {9.994, "9.99"}, {9.996, "10.0"},      {123.4, "123"},         {999.6, "1,000"},
        {1234, "1,230"}, {99950, "100,000"},   {1234567, "1,230,000"}, {NAN, "?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[32];
        number_text(cases[i].value, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
}

static int lines_check(void)
{
    char *line = NULL, why[LOAD_WORDS];
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        json_t *results = json_loads(line, 0, NULL);
        puts(results_check(results, why) ? "" : why);
        json_decref(results);
    }
    free(line);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    folder = argv[1];
    if (argc == 5 && strcmp(argv[2], "--print") == 0) {
        report_format format;
        json_t *results = json_load_file(argv[3], 0, NULL);
        int bad = !results || report_format_find(argv[4], REPORT_GBENCH, &format, NULL) != 0 ||
                  report_results(results, format, false, stdout) != 0;
        json_decref(results);
        return bad;
    }
    if (argc == 3 && strcmp(argv[2], "--check") == 0)
        return lines_check();
    writes = argc > 2 && strcmp(argv[2], "--write") == 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_golden),        cmocka_unit_test(test_json),
        cmocka_unit_test(test_not_results),   cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_report_golden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
