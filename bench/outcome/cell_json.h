/* Cells as JSON, with statistics: see `runs` in results/schema.json. All functions return new
 * references. Bootstrap resamples use the record's seed. */
#ifndef PKT_CELL_JSON_H
#define PKT_CELL_JSON_H

#include "bench/outcome/record.h"

/* The run of a cell. The cell need not be in the schedule: with only backend, slice, level and
 * check set, it gives the run of a backend that is unavailable or does not offer the level. */
json_t *run_json(const bench_record *record, const bench_cell *cell);
/* The result of an A/A control; NULL without samples. */
json_t *aa_json(const bench_record *record, const bench_cell *control);
/* Summary of the backend's load times; null if it was not loaded. */
json_t *load_json(const bench_record *record, const backend *backend);
/* Result of the comparison with the reference. `show_values`: include addresses in differences;
 * otherwise they are null. */
json_t *agreement_json(const check *check, bool show_values);
/* Number of packets if the slice is a prefix; else null. */
json_t *slice_prefix_json(const suite_slice *slice);
/* Ratio of the wall times per packet, `cell` / `other`, paired by round; null without pairs. */
json_t *cells_ratio(const bench_record *record, const bench_cell *cell, const bench_cell *other);
/* Summary of the time in seconds for the whole slice; extrapolated from a prefix by packets. */
json_t *cell_slice_seconds(const bench_record *record, const bench_cell *cell);

#endif
