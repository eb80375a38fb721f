/* Reading results: what a run of the JSON says, and numbers as people read them. */
#ifndef PKT_FIELDS_H
#define PKT_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The member as text or number; "" or 0 where it is missing or null. */
const char *text_of(const json_t *object, const char *key);
double number_of(const json_t *object, const char *key);
/* Member of a member, NULL where one of them is missing. */
json_t *at(const json_t *object, const char *key, const char *inner);
/* The element of the array whose "name" is `name`. */
json_t *named(const json_t *array, const char *name);
/* From least work to most. */
enum { LEVELS = 4 };
extern const char *const levels[LEVELS];
/* Does the backend give the column at the level? */
bool column_given(const json_t *backend, const char *level, const char *column);
/* How the backend has the feature: "tested", "stated: WHERE", or "" if it has not. */
const char *feature_evidence(const json_t *backend, const char *feature);
/* Where the run's rows went: a format, or "null", the sink that counts them; and how many threads
 * wrote. Runs of results that do not say it have the null sink and one thread. */
#define NULL_SINK "null"
const char *sink_of(const json_t *run);
unsigned threads_of(const json_t *run);
/* "headers", "headers > csv", "headers > csv x2": level, sink and threads. */
enum { WORK_TEXT = 48 };
const char *work_text(const json_t *run, char text[WORK_TEXT]);
/* The run of a backend over a slice at a level, into the null sink; NULL if there is none. */
json_t *run_of(const json_t *results, const char *backend, const char *slice, const char *level);
/* The same into that sink, by so many threads. */
json_t *run_into(const json_t *results, const char *backend, const char *slice, const char *level,
                 const char *sink, unsigned threads);
bool has_status(const json_t *run, const char *status);
/* Does it count as a column of its own? `present` and the second half of an address do not, nor the
 * verdict: nobody else has ours. */
bool is_column(const char *name);
/* Columns that the backend gives at the level, and the most that any of the run gives. */
size_t columns_given(const json_t *results, const char *backend, const char *level);
size_t columns_most(const json_t *results, const char *level);
/* May its time be shown? */
bool is_timed(const json_t *run);
/* Three significant digits, thousands in groups: "12.3", "1,230". */
void number_text(double value, char *text, size_t size);
/* "[1.02, 1.05]", or "" without an interval. */
void interval_text(const json_t *summary, double scale, char *text, size_t size);
/* "partial results: 3 of 8 blocks" for results of a run that did not end; NULL for whole ones. */
enum { PARTIAL_TEXT = 80 };
const char *partial_text(const json_t *results, char text[PARTIAL_TEXT]);
/* The interval lies wholly above 1. */
bool is_above_one(const json_t *ratio);
/* Runs longer than this are a sample of their own, one a block, milliseconds. */
double plan_slow_ms(const json_t *plan);
/* Was more memory than any cache holds read before every run, so that all were evicted? */
bool emptied_all_caches(const json_t *results);
/* Does this backend come from the project itself and parse? */
bool is_ours(const json_t *backend);

#endif
