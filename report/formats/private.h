/* The parts that report_table() is made of. */
#ifndef PKT_REPORT_PRIVATE_H
#define PKT_REPORT_PRIVATE_H

#include "report/formats/table.h"
#include "results/load.h"
#include "results/reader.h"

/* One line a run, every number. */
void report_csv(const json_t *results, FILE *out);
/* The study's table, if the results have one. */
void report_study(const json_t *results, bool markdown, FILE *out);
/* What the numbers say, one sentence a line; nothing that an interval does not carry. */
void report_text(const json_t *results, const char *bullet, FILE *out);

/* The headline: what the first of these sentences says, without a line's end; never nothing. */
void report_headline(const json_t *results, FILE *out);

/* Formats of others; 0, or -1. */
int report_github_action(const json_t *results, FILE *out);
int report_bmf(const json_t *results, FILE *out);
int report_junit(const json_t *results, FILE *out);
int report_gbench(const json_t *results, FILE *out);

#endif
