#include "report/findings/remarks.h"

#include <stdio.h>
#include <string.h>

#include "report/findings/distribution.h"
#include "results/reader.h"

/* Less is not worth a remark. */
#define ORDER_LEAST 1.01

/* The same backend's run of the next level that has a time; NULL if there is none. */
static const json_t *next_level(const json_t *results, const json_t *run)
{
    bool is_after = false;
    for (size_t level = 0; level < LEVELS; level++) {
        const json_t *next = is_after
                                 ? run_into(results, text_of(run, "backend"), text_of(run, "slice"),
                                            levels[level], sink_of(run), threads_of(run))
                                 : NULL;
        if (is_timed(next))
            return next;
        is_after = is_after || strcmp(levels[level], text_of(run, "level")) == 0;
    }
    return NULL;
}

bool remark_order(const json_t *results, const json_t *run, char text[REMARK])
{
    const json_t *next = next_level(results, run);
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
    if (!is_timed(run) || !(with > 0) || !(packets > 0))
        return false;
    number_text(with / packets, number, sizeof number);
    (void)snprintf(text, REMARK, "parse alone; with columns %s ns/packet", number);
    return true;
}

bool remark_of(const json_t *results, const json_t *run, size_t index, char text[REMARK])
{
    size_t found = 0;
    return (remark_prefix(run, text) && found++ == index) ||
           (remark_columns(results, run, text) && found++ == index) ||
           (remark_order(results, run, text) && found++ == index) ||
           (remark_modes(run, text) && found++ == index);
}
