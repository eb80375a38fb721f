#include "report/findings/remarks.h"

#include <stdio.h>
#include <string.h>

#include "report/findings/distribution.h"
#include "results/reader.h"

/* Less is not worth a remark. */
#define ORDER_LEAST 1.01

/* Does the level do all that the other does, and more? Levels app and inner give no stream numbers,
 * and have columns that neither the other one nor dissect has. */
static bool does_more(const char *level, const char *other)
{
    if (level_rank(level) <= level_rank(other))
        return false;
    return strcmp(other, "frames") == 0 || strcmp(other, "headers") == 0 ||
           (strcmp(other, "flows") == 0 && strcmp(level, "dissect") == 0);
}

/* Of the same backend's runs at levels that do more, the quickest; NULL if none has a time. */
static const json_t *quickest_above(const json_t *results, const json_t *run)
{
    const json_t *quickest = NULL;
    for (size_t level = 0; level < LEVELS; level++) {
        if (!does_more(levels[level], text_of(run, "level")))
            continue;
        const json_t *next = run_into(results, text_of(run, "backend"), text_of(run, "slice"),
                                      levels[level], sink_of(run), threads_of(run));
        if (is_timed(next) &&
            (!quickest || number_of(next, "ns_per_packet") < number_of(quickest, "ns_per_packet")))
            quickest = next;
    }
    return quickest;
}

bool remark_order(const json_t *results, const json_t *run, char text[REMARK])
{
    const json_t *next = quickest_above(results, run);
    double low, high, next_low, next_high, ns = number_of(run, "ns_per_packet");
    double next_ns = number_of(next, "ns_per_packet");
    char times[32];
    if (!next || !is_timed(run) || !(next_ns > 0) || ns <= next_ns * ORDER_LEAST)
        return false;
    number_text(ns / next_ns, times, sizeof times);
    bool known = run_interval(run, &low, &high) && run_interval(next, &next_low, &next_high);
    (void)snprintf(text, REMARK, "%s: %s times as long as level %s, which does more",
                   !known            ? "order without intervals"
                   : low > next_high ? "impossible order"
                                     : "order within the intervals",
                   times, text_of(next, "level"));
    return true;
}

bool remark_modes(const json_t *run, char text[REMARK])
{
    modes m;
    char fast[32], slow[32];
    if (!is_timed(run) || !two_modes(run, &m))
        return false;
    number_text(m.fast_ns, fast, sizeof fast);
    number_text(m.slow_ns, slow, sizeof slow);
    (void)snprintf(text, REMARK,
                   "two modes: %zu processes near %s ns/packet, %zu near %s; the 95 %% interval "
                   "covers less",
                   m.fast, fast, m.slow, slow);
    return true;
}

bool remark_prefix(const json_t *run, char text[REMARK])
{
    double prefix = number_of(run, "prefix_packets");
    if (!(prefix > 0))
        return false;
    (void)snprintf(text, REMARK, "first %.0f packets", prefix);
    return true;
}

bool remark_columns(const json_t *results, const json_t *run, char text[REMARK])
{
    double with = number_of(json_object_get(run, "columns_wall_ns"), "median");
    double packets = packets_read(results, run);
    char number[32];
    if (is_timed(run) && is_parse_alone(run)) {
        (void)snprintf(text, REMARK, "parse alone, builds no column");
        return true;
    }
    if (!is_timed(run) || !(with > 0) || !(packets > 0))
        return false;
    number_text(with / packets, number, sizeof number);
    (void)snprintf(text, REMARK, "parse alone; with columns %s ns/packet", number);
    return true;
}

bool remark_proof(const json_t *run, char text[REMARK])
{
    const char *proof = text_of(run, "proof");
    const json_t *columns = json_object_get(run, "not_proven");
    if (!is_timed(run) || !*proof)
        return false;
    if (strcmp(proof, "packets changed") != 0)
        (void)snprintf(text, REMARK, "not proven by changed packets: %.64s", proof);
    else if (json_array_size(columns) > 0)
        (void)snprintf(text, REMARK, "not proven by changed packets: column %.64s%s",
                       json_string_value(json_array_get(columns, 0)),
                       json_array_size(columns) > 1 ? " and others" : "");
    else
        return false;
    return true;
}

bool remark_of(const json_t *results, const json_t *run, size_t index, char text[REMARK])
{
    size_t found = 0;
    return (remark_prefix(run, text) && found++ == index) ||
           (remark_columns(results, run, text) && found++ == index) ||
           (remark_order(results, run, text) && found++ == index) ||
           (remark_modes(run, text) && found++ == index) ||
           (remark_proof(run, text) && found++ == index);
}
