/* The formats that results are shown in. */
#ifndef PKT_REPORT_FORMAT_H
#define PKT_REPORT_FORMAT_H

#include "pktbench.h"

typedef enum report_format {
    REPORT_TABLE,
    REPORT_MARKDOWN,
    REPORT_CSV,
    REPORT_JSON,
    REPORT_GITHUB_ACTION, /* from here on: formats of other programs, of results alone */
    REPORT_BMF,
    REPORT_JUNIT,
    REPORT_GBENCH
} report_format;

/* By its name, "table", "markdown", ..., among those up to `last`. 0, or -1 and *err, which says
 * the known ones. */
int report_format_find(const char *name, report_format last, report_format *format, pkt_err *err);

#endif
