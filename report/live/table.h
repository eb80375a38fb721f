/* The table of rates without packet loss. */
#ifndef PKT_LIVE_TABLE_H
#define PKT_LIVE_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Nothing if the results have none. */
void report_live(const json_t *results, bool markdown, FILE *out);

#endif
