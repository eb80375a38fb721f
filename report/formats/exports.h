/* Results in the formats of other programs: benchmark-action/github-action-benchmark, Bencher,
 * JUnit, google/benchmark. All return 0, or -1 without memory or if `out` takes no
 * more. */
#ifndef PKT_EXPORTS_H
#define PKT_EXPORTS_H

#include <jansson.h>
#include <stdio.h>

int report_github_action(const json_t *results, FILE *out);
int report_bmf(const json_t *results, FILE *out);
int report_junit(const json_t *results, FILE *out);
int report_gbench(const json_t *results, FILE *out);

#endif
