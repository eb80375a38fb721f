#include "report/live/rates.h"

#include <stdio.h>
#include <string.h>

#include "results/reader.h"

const char live_note[] =
    "Packets of the slice are sent on a veth pair in network namespaces of their own; no network "
    "card takes part. A rate is that of the highest trial in which every packet sent became a row "
    "and the reader kept up; at least: the sender was the limit, and no loss was found. Loss at: "
    "the lowest rate above it at which two trials failed. The sender and the kernel's receiving "
    "share a processor; the backend has another one, if there are two.";

const json_t *live_runs(const json_t *results)
{
    return json_object_get(json_object_get(results, "live"), "runs");
}

const json_t *live_run_find(const json_t *results, const char *backend, const char *slice,
                            const char *level, const char *sink)
{
    size_t i;
    json_t *run;
    json_array_foreach(live_runs(results), i, run)
    {
        if (strcmp(text_of(run, "backend"), backend) == 0 &&
            strcmp(text_of(run, "slice"), slice) == 0 &&
            strcmp(text_of(run, "level"), level) == 0 && strcmp(text_of(run, "sink"), sink) == 0 &&
            !json_object_get(run, "features"))
            return run;
    }
    return NULL;
}

bool live_has_rate(const json_t *run)
{
    return has_status(run, "ok") && number_of(run, "packets_per_s") > 0;
}

void live_work_text(const json_t *run, char text[LIVE_TEXT])
{
    const char *level = text_of(run, "level"), *sink = text_of(run, "sink");
    if (json_object_get(run, "features"))
        (void)snprintf(text, LIVE_TEXT, "%.12s > %.24s by %.8s", level, text_of(run, "features"),
                       text_of(run, "by"));
    else
        (void)snprintf(text, LIVE_TEXT, "%.12s%s%.24s", level, strcmp(sink, "null") ? " > " : "",
                       strcmp(sink, "null") ? sink : "");
}

void live_rate_text(const json_t *run, char text[LIVE_TEXT])
{
    char rate[32];
    number_text(number_of(run, "packets_per_s") / 1e6, rate, sizeof rate);
    if (!has_status(run, "ok"))
        (void)snprintf(text, LIVE_TEXT, "%.24s", text_of(run, "status"));
    else if (!live_has_rate(run))
        (void)snprintf(text, LIVE_TEXT, "none");
    else
        (void)snprintf(text, LIVE_TEXT, "%s%s Mpps",
                       json_is_true(json_object_get(run, "at_least")) ? "at least " : "", rate);
}

void live_method_text(const json_t *results, char text[LIVE_METHOD])
{
    const json_t *live = json_object_get(results, "live");
    char seconds[32], part[32], buffer[32];
    number_text(number_of(live, "trial_s"), seconds, sizeof seconds);
    number_text(number_of(live, "resolution") * 100, part, sizeof part);
    number_text(number_of(live, "buffer_bytes") / 1e6, buffer, sizeof buffer);
    (void)snprintf(text, LIVE_METHOD,
                   "Trials of %s s, resolution %s %%, kernel buffer of %s MB; sender on processor "
                   "%.0f, backend on processor %.0f.",
                   seconds, part, buffer, number_of(live, "sender_cpu"),
                   number_of(live, "receiver_cpu"));
}
