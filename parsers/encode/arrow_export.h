/* Rows in memory as Arrow's C data interface has them. */
#ifndef PKT_ARROW_EXPORT_H
#define PKT_ARROW_EXPORT_H

#include "parsers/rows/rows.h"

/* The schema of rows with these fields. The consumer releases it, in any thread; it does not
 * depend on *fields. 0, or -1 and *err. */
int pkt_arrow_schema(const pkt_fields *fields, struct ArrowSchema *out, pkt_err *err);
/* A record batch with a copy of the rows; the same. */
int pkt_arrow_array(const pkt_rows *rows, const pkt_fields *fields, struct ArrowArray *out,
                    pkt_err *err);

#endif
