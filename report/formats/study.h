/* The table of the study that the project reproduces. */
#ifndef PKT_REPORT_STUDY_H
#define PKT_REPORT_STUDY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Nothing if the results have none, or are of captures of the user. */
void report_study(const json_t *results, bool markdown, FILE *out);

#endif
