/* What a reader must know about the numbers of one run. */
#ifndef PKT_REMARKS_H
#define PKT_REMARKS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { REMARK = 192 };

/* Does the run take longer than the same backend's next level, which does the same and more?
 * `text`: by how much, and whether the intervals are apart, so that it is not noise. */
bool remark_order(const json_t *results, const json_t *run, char text[REMARK]);
/* Are its processes of two kinds? */
bool remark_modes(const json_t *run, char text[REMARK]);
/* Were only the first packets read? Then its memory is not that of the slice. */
bool remark_prefix(const json_t *run, char text[REMARK]);
/* Of results that rank parsing alone: the time with columns. */
bool remark_columns(const json_t *results, const json_t *run, char text[REMARK]);

/* The nth remark of a run, counted from 0; false: it has no more. */
bool remark_of(const json_t *results, const json_t *run, size_t index, char text[REMARK]);

#endif
