/* A cell of a run in its results, with its statistics: see `runs` in results/schema.json. All
 * functions give new references; they draw resamples from the record's seed. */
#ifndef PKT_CELL_JSON_H
#define PKT_CELL_JSON_H

#include "bench/outcome/record.h"

/* The run of a cell. A cell that is not in the schedule, with nothing but backend, slice, level and
 * check, gives the run of a backend that is not there or does not offer the level. */
json_t *run_json(const bench_record *record, const bench_cell *cell);
/* The A/A line of an A/A control; NULL without samples. */
json_t *aa_json(const bench_record *record, const bench_cell *control);
/* How long the backend took to load, as a summary; null if it was not loaded. */
json_t *load_json(const bench_record *record, const backend *backend);
/* What was compared, and what differed. `show_values`: addresses in differences may be shown;
 * otherwise they are null. */
json_t *agreement_json(const check *check, bool show_values);
/* How many packets, if only the slice's first ones were read; else null. */
json_t *slice_prefix_json(const suite_slice *slice);
/* Wall times of `cell` over those of `other` in the same rounds, a packet each; null without pairs.
 */
json_t *cells_ratio(const bench_record *record, const bench_cell *cell, const bench_cell *other);
/* Seconds for the whole slice at the measured cost of a packet, as a summary. */
json_t *cell_slice_seconds(const bench_record *record, const bench_cell *cell);

#endif
