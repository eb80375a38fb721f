/* The report of results files: a folder with a page, Markdown and pictures. */
#ifndef PKT_PAGE_REPORT_H
#define PKT_PAGE_REPORT_H

#include "parsers/util/notice.h"

/* Results in one report, at most. */
enum { REPORT_FILES_MAX = 16 };

/* Write the report of the results files into the folder, which is made if it is not there. What is
 * missing in a report that can be made all the same goes to the notices, which may be NULL. 0, or
 * -1 and *err. */
int report_write(char *const *paths, size_t count, const char *folder, const pkt_notices *notices,
                 pkt_err *err);

#endif
