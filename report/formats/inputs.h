/* Runs beside those of the slices: over other files with the same packets (other layouts, the
 * user's file as it is, cold), into rows of features, and into data frames; flow records of other
 * programs. */
#ifndef PKT_REPORT_INPUTS_H
#define PKT_REPORT_INPUTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* What the tables differ in: a list of the results, words for the second and the last column, and
 * what is to be known of the table. */
typedef struct input_words {
    const char *list, *title, *second, *last, *note;
} input_words;

enum { INPUT_TABLES = 3, INPUT_TEXT = 64 };
extern const input_words input_tables[INPUT_TABLES];
/* The same of flow records of other programs, which have columns of their own. */
extern const input_words record_words;

/* The second column of a member of the list: "as is, cold", "ciciot-fixed by pair", "pandas". */
void input_text(const json_t *input, char text[INPUT_TEXT]);
/* Their tables; nothing if the results have none. */
void report_inputs(const json_t *results, bool markdown, FILE *out);
/* ", files written by 1 MiB writes", or "" if the results do not say. Static storage. */
const char *report_layout(const json_t *results);

#endif
