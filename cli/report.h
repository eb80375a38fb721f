/* The report as other commands call for it. */
#ifndef PKT_REPORT_H
#define PKT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

/* Write the report of the results files into the folder. false: a message was printed. */
bool report_write(char *const *paths, size_t count, const char *folder);

#endif
