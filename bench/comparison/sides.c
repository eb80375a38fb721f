#include "bench/comparison/sides.h"

#include <assert.h>
#include <string.h>

#include "bench/timing/schedule.h"
#include "results/reader.h"

/* Offset between the block numbers of pooled results files. */
#define BLOCKS_OF_A_FILE 100000u

cell_key key_of(const json_t *run)
{
    return (cell_key){text_of(run, "backend"), text_of(run, "slice"), text_of(run, "level"),
                      sink_of(run), threads_of(run)};
}

bool key_equal(const cell_key *one, const cell_key *other)
{
    return strcmp(one->backend, other->backend) == 0 && strcmp(one->slice, other->slice) == 0 &&
           strcmp(one->level, other->level) == 0 && strcmp(one->sink, other->sink) == 0 &&
           one->threads == other->threads;
}

static const json_t *run_find(const json_t *results, const cell_key *key)
{
    return run_into(results, key->backend, key->slice, key->level, key->sink, key->threads);
}

/* From the best to the worst. */
static const run_status by_badness[] = {
    STATUS_OK,        STATUS_UNCHECKED,  STATUS_DIFFERS, STATUS_NOT_OFFERED, STATUS_UNAVAILABLE,
    STATUS_DISAGREES, STATUS_UNFAITHFUL, STATUS_FAILED,  STATUS_TIMED_OUT,   STATUS_CRASHED};
static_assert(sizeof by_badness / sizeof by_badness[0] == STATUS_COUNT, "every status has a place");

static size_t badness(const json_t *run)
{
    run_status status;
    size_t place = 0;
    if (status_find(text_of(run, "status"), &status) == 0)
        while (by_badness[place] != status)
            place++;
    return place;
}

const json_t *side_run(const comparison_side *side, const cell_key *key)
{
    const json_t *found = NULL;
    for (size_t i = 0; i < side->count; i++) {
        const json_t *run = run_find(side->results[i], key);
        if (run && (!found || badness(run) > badness(found)))
            found = run;
    }
    return found;
}

json_t *side_instructions(const comparison_side *side, const cell_key *key)
{
    for (size_t i = 0; i < side->count; i++) {
        json_t *counted = json_object_get(run_find(side->results[i], key), "instructions");
        if (json_is_integer(counted))
            return counted;
    }
    return NULL;
}

/* Has the run samples? */
static bool is_sampled(const json_t *run)
{
    return json_array_size(json_object_get(run, "samples")) > 0;
}

json_int_t side_prefix(const comparison_side *side, const cell_key *key)
{
    json_int_t found = PREFIX_NONE;
    for (size_t i = 0; i < side->count; i++) {
        const json_t *run = run_find(side->results[i], key);
        const json_int_t prefix = json_integer_value(json_object_get(run, "prefix_packets"));
        if (is_sampled(run))
            found = found == PREFIX_NONE || found == prefix ? prefix : PREFIX_MIXED;
    }
    return found;
}

/* Number of packets that a run read; 0 if unknown. */
static double run_packets(const json_t *results, const json_t *run)
{
    const json_t *prefix = json_object_get(run, "prefix_packets");
    size_t i;
    json_t *slice;
    if (json_is_integer(prefix))
        return (double)json_integer_value(prefix);
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        if (strcmp(text_of(slice, "name"), text_of(run, "slice")) == 0)
            return number_of(slice, "packets");
    }
    return 0;
}

/* Packets that the first runs of a run's processes read. Where the results do not say it, they are
 * told by the time of the run, if that is far enough from the limit of slow ones. */
static double run_first_packets(const json_t *results, const json_t *run)
{
    const json_t *known = json_object_get(run, "first_packets");
    const double packets = run_packets(results, run);
    const double slow = 1e6 * plan_slow_ms(json_object_get(results, "plan"));
    const double median = number_of(json_object_get(run, "wall_ns"), "median");
    if (json_is_integer(known))
        return json_number_value(known);
    if (packets <= FIRST_RUN_PACKETS || median < slow / 2)
        return packets;
    return median > 2 * slow ? FIRST_RUN_PACKETS : 0;
}

double side_first_packets(const comparison_side *side, const cell_key *key)
{
    double found = -1;
    for (size_t i = 0; i < side->count; i++) {
        const json_t *run = run_find(side->results[i], key);
        const double packets = is_sampled(run) ? run_first_packets(side->results[i], run) : -1;
        if (packets >= 0)
            found = found < 0 || found == packets ? packets : 0;
    }
    return found > 0 ? found : 0;
}

static const struct {
    const char *list, *member;
    bool by_packet;
} places[] = {
    [VALUE_WALL] = {"samples", "wall_ns", true},
    [VALUE_CPU] = {"samples", "cpu_ns", true},
    [VALUE_FIRST] = {"samples", "first_ns", false},
    [VALUE_LOAD] = {"processes", "load_ns", false},
    [VALUE_RSS] = {"processes", "peak_rss_bytes", false},
};

size_t side_values_count(const comparison_side *side, const cell_key *key)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++) {
        const json_t *run = run_find(side->results[i], key);
        count += json_array_size(json_object_get(run, "samples")) +
                 json_array_size(json_object_get(run, "processes"));
    }
    return count;
}

/* Values of one file. `first` is added to the block numbers. */
static size_t run_values(const json_t *results, const json_t *run, value_kind kind, unsigned first,
                         observation *out)
{
    const double packets = places[kind].by_packet ? run_packets(results, run) : 1;
    size_t i, count = 0;
    json_t *one;
    if (!run || !(packets > 0))
        return 0;
    json_array_foreach(json_object_get(run, places[kind].list), i, one)
    {
        const double value = number_of(one, places[kind].member);
        if (value > 0 && out)
            out[count] = (observation){first + (unsigned)number_of(one, "block"), value / packets};
        count += value > 0;
    }
    return count;
}

size_t side_values(const comparison_side *side, const cell_key *key, value_kind kind,
                   observation *out)
{
    size_t count = 0;
    for (size_t i = 0; i < side->count; i++)
        count += run_values(side->results[i], run_find(side->results[i], key), kind,
                            (unsigned)i * BLOCKS_OF_A_FILE, out ? out + count : NULL);
    return count;
}
