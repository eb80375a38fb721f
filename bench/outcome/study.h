/* The table of the study that this project reproduces. */
#ifndef PKT_STUDY_H
#define PKT_STUDY_H

#include "bench/outcome/record.h"

/* The rows for which the study's libraries were measured: an array, mostly empty. A new reference.
 */
json_t *study_json(const bench_record *record);

#endif
