/* What results say of rates without packet loss: `live` of the results. */
#ifndef PKT_LIVE_RATES_H
#define PKT_LIVE_RATES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Title of their tables, and what is to be known of them. */
#define LIVE_TITLE "Live: rates without packet loss"
extern const char live_note[];

/* The list of live runs; NULL: there is none. A borrowed reference. */
const json_t *live_runs(const json_t *results);
/* The run whose rows go to that sink ("null": they are counted) and are no features; NULL: none. */
const json_t *live_run_find(const json_t *results, const char *backend, const char *slice,
                            const char *level, const char *sink);
/* Did it find a rate without loss? */
bool live_has_rate(const json_t *run);

enum { LIVE_TEXT = 64 };
/* "headers", "headers > csv", "headers > ciciot-fixed by flow". */
void live_work_text(const json_t *run, char text[LIVE_TEXT]);
/* "1.23 Mpps", "at least 1.23 Mpps", "none", or the status of a run that failed. */
void live_rate_text(const json_t *run, char text[LIVE_TEXT]);
/* How trials were made: "trials of 1 s, resolution 2 %, ...". */
enum { LIVE_METHOD = 320 };
void live_method_text(const json_t *results, char text[LIVE_METHOD]);

#endif
