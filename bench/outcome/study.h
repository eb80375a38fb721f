/* Results for the published study that this project reproduces. */
#ifndef PKT_STUDY_H
#define PKT_STUDY_H

#include "bench/outcome/record.h"

/* Array of the study rows whose library was measured; empty if none was. A new reference. */
json_t *study_json(const bench_record *record);

#endif
