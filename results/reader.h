/* Read values from results JSON, and format numbers as text. */
#ifndef PKT_FIELDS_H
#define PKT_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The member as text or number; "" or 0 if it is missing or null. */
const char *text_of(const json_t *object, const char *key);
double number_of(const json_t *object, const char *key);
/* Member `inner` of member `key`; NULL if one of them is missing. A borrowed reference. */
json_t *at(const json_t *object, const char *key, const char *inner);
/* The element of the array whose "name" is `name`; NULL if there is none. A borrowed reference. */
json_t *named(const json_t *array, const char *name);
/* Levels, from least to most work. */
enum { LEVELS = 6 };
extern const char *const levels[LEVELS];
/* Index in levels[]; LEVELS if it is none. */
size_t level_rank(const char *level);
/* Does the backend give the column at the level? */
bool column_given(const json_t *backend, const char *level, const char *column);
/* Evidence for the feature: "tested", "stated: WHERE", or "" if the backend does not have it. */
const char *feature_evidence(const json_t *backend, const char *feature);
/* The same at a level. Reassembly and application layers are done at level dissect; stream numbers
 * where they are a column, and at level dissect; making packets is not parsing, and what is
 * "stated, in no level" is not measured: both are at no level. Any other feature concerns reading,
 * and is at every level. */
const char *feature_at(const json_t *backend, const char *level, const char *feature);
/* Sink of the run's rows: a format, or "null" if rows are counted and discarded; and the number of
 * threads that write. Default if missing: null sink, one thread. */
#define NULL_SINK "null"
/* In place of a sink: a run of an external program that parses alone and builds no column. It is
 * shown below the run that builds them, and never ranked. */
#define PARSE_ALONE "parse-alone"
const char *sink_of(const json_t *run);
unsigned threads_of(const json_t *run);
/* Is the sink PARSE_ALONE? Runs of external programs in results of version 0.1 parse alone too;
 * they have a member columns_wall_ns. */
bool is_parse_alone(const json_t *run);
/* "headers", "headers > csv", "headers > csv x2", "headers, parse alone": level, sink and threads.
 */
enum { WORK_TEXT = 48 };
const char *work_text(const json_t *run, char text[WORK_TEXT]);
/* The run of a backend over a slice at a level with the null sink; NULL if there is none. A
 * borrowed reference. */
json_t *run_of(const json_t *results, const char *backend, const char *slice, const char *level);
/* The same with that sink and number of threads. */
json_t *run_into(const json_t *results, const char *backend, const char *slice, const char *level,
                 const char *sink, unsigned threads);
/* The run that a row of the study stands for; NULL if there is none. A borrowed reference. */
json_t *run_of_study(const json_t *results, const json_t *row);
/* The run with this index of those that other programs are told of: `runs`, then those into data
 * frames. NULL: there are no more. A borrowed reference. */
json_t *exported_run(const json_t *results, size_t index);
bool has_status(const json_t *run, const char *status);
/* Does the name count as a column? Not `present`, the second half of an address (`_lo`), or
 * `verdict`, which other backends do not have. */
bool is_column(const char *name);
/* Number of columns that the backend gives at the level, and the maximum over all backends. */
size_t columns_given(const json_t *results, const char *backend, const char *level);
size_t columns_most(const json_t *results, const char *level);
/* Does the run have a time to report? Status ok, differs or unchecked, with wall_ns and
 * ns_per_packet. */
bool is_timed(const json_t *run);
/* Number of packets that the run read: the prefix, or the whole slice; 0 if it is not known. */
double packets_read(const json_t *results, const json_t *run);
/* Its 95 % interval in nanoseconds per packet. false: there is none. */
bool run_interval(const json_t *run, double *low, double *high);
/* Bytes that a frame of `wire_len` bytes takes on Ethernet (IEEE 802.3, clauses 3 and 4): FCS 4
 * bytes, preamble and start delimiter 8, gap 12; with its FCS a frame has at least 64 bytes. */
double ethernet_bytes(double wire_len);
/* Mean bits of a packet of the slice on Ethernet, by its mean frame. 0 if it is not known. */
double wire_bits(const json_t *slice);
/* Is any slice a capture of the user, not generated? */
bool has_captures(const json_t *results);
/* Format with three significant digits and thousands separators: "12.3", "1,230". */
void number_text(double value, char *text, size_t size);
/* "[1.02, 1.05]", or "" without an interval. */
void interval_text(const json_t *summary, double scale, char *text, size_t size);
/* "partial results: 3 of 8 blocks" if the run did not end; NULL for complete results. */
enum { PARTIAL_TEXT = 80 };
const char *partial_text(const json_t *results, char text[PARTIAL_TEXT]);
/* Is the whole interval above 1? */
bool is_above_one(const json_t *ratio);
/* Threshold of slow runs in milliseconds: a longer run gets one sample per block. */
double plan_slow_ms(const json_t *plan);
/* Were all caches evicted before every run (evict_bytes larger than the last-level cache)? */
bool emptied_all_caches(const json_t *results);
/* Is the backend part of this project, and does it parse? */
bool is_ours(const json_t *backend);
/* The language of its code: as the results say; "C" if it is ours; "" if it is not known. */
const char *backend_language(const json_t *backend);
/* How it was built: as it says itself; ours like the program; "" if it is not known. */
const char *backend_flags(const json_t *results, const json_t *backend);

#endif
