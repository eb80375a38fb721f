#include "report/choose/cost.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "report/live/rates.h"
#include "results/json_values.h"
#include "results/reader.h"

enum { REASON = 320, THREADS_TEXT = 64 };

void reason_add(json_t *reasons, const char *format, ...)
{
    char text[REASON];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text, sizeof text, format, values);
    va_end(values);
    json_array_append_new(reasons, json_words(text));
}

static bool is_good(const json_t *run)
{
    return is_timed(run) && has_status(run, "ok");
}

bool sink_measured(const json_t *results, const char *sink)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (sink && strcmp(sink_of(run), sink) == 0 && is_timed(run))
            return true;
    }
    return false;
}

bool sink_measured_alone(const json_t *results, const char *sink)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (strcmp(sink_of(run), sink) == 0 && threads_of(run) == 1 && is_good(run))
            return true;
    }
    return false;
}

/* The run that gives the cost on the slice. */
static const json_t *run_wanted(const json_t *results, const choose_request *w, const char *backend,
                                const char *slice, const char *level, unsigned threads)
{
    return w->run_sink ? run_into(results, backend, slice, level, w->run_sink, threads)
                       : run_of(results, backend, slice, level);
}

/* Packets that the run read. */
static double packets_in(const json_t *run, const json_t *slice)
{
    double prefix = number_of(run, "prefix_packets");
    return prefix > 0 ? prefix : number_of(slice, "packets");
}

/* "2, 4": numbers of threads, other than one, with which the sink has good runs. false: none. */
static bool threads_text(const json_t *results, const choose_request *w, const char *backend,
                         const char *slice, const char *level, char text[THREADS_TEXT])
{
    size_t i, n = 0;
    json_t *run;
    text[0] = '\0';
    json_array_foreach(json_object_get(w->run_sink ? results : NULL, "runs"), i, run)
    {
        const unsigned threads = threads_of(run);
        if (threads != 1 && n < THREADS_TEXT && is_good(run) &&
            strcmp(text_of(run, "slice"), slice) == 0 &&
            strcmp(text_of(run, "backend"), backend) == 0 &&
            run == run_wanted(results, w, backend, slice, level, threads))
            n += (size_t)snprintf(text + n, THREADS_TEXT - n, "%s%u", n ? ", " : "", threads);
    }
    return n > 0;
}

static void run_refuse(const choose_request *w, const json_t *run, const char *slice,
                       json_t *reasons)
{
    const char *status = run ? text_of(run, "status") : "not measured";
    reason_add(reasons, "%s on %s%s%s%s%.200s", status, slice, w->run_sink ? " with the sink " : "",
               w->run_sink ? w->run_sink : "", *text_of(run, "reason") ? ": " : "",
               text_of(run, "reason"));
}

/* Add a run's summary, weighted. `scale`: from the time of a run to that of a packet. */
static void time_take(packet_time *t, const json_t *summary, double scale, double part)
{
    const json_t *ci = json_object_get(summary, "ci95");
    scale *= part;
    t->ns += scale * number_of(summary, "median");
    t->is_sure = t->is_sure && json_is_array(ci);
    t->least += scale * json_number_value(json_array_get(ci, 0));
    t->most += scale * json_number_value(json_array_get(ci, 1));
}

/* Add the run over a slice that makes up this part of the packets. */
static void run_take(cost *c, const json_t *run, const json_t *slice, double part)
{
    const json_t *wall = json_object_get(run, "wall_ns");
    double ns = number_of(run, "ns_per_packet"), scale = ns / number_of(wall, "median");
    time_take(&c->wall, wall, scale, part);
    time_take(&c->cpu, json_object_get(run, "cpu_ns"), scale, part);
    c->low = fmin(c->low, ns);
    c->high = fmax(c->high, ns);
    c->rss = fmax(c->rss, number_of(run, "peak_rss_bytes"));
    c->row_bytes += part * number_of(run, "output_bytes") / packets_in(run, slice);
    c->of_prefix = c->of_prefix || number_of(run, "prefix_packets") > 0;
}

cost cost_of(const json_t *results, const choose_request *w, const char *backend, const char *level,
             json_t *reasons)
{
    cost c = {.low = INFINITY, .known = true, .wall.is_sure = true, .cpu.is_sure = true};
    for (size_t i = 0; i < w->share_count; i++) {
        const char *slice = text_of(w->shares[i].slice, "name");
        const json_t *run = run_wanted(results, w, backend, slice, level, 1);
        char threads[THREADS_TEXT];
        if (is_good(run)) {
            run_take(&c, run, w->shares[i].slice, w->shares[i].part);
            continue;
        }
        c.known = false;
        if (!run && threads_text(results, w, backend, slice, level, threads))
            reason_add(reasons,
                       "the sink %s was measured on %.80s with %s threads only (`pktbench bench "
                       "--sink %s` measures it with one)",
                       w->run_sink, slice, threads, w->run_sink);
        else
            run_refuse(w, run, slice, reasons);
    }
    return c;
}

const packet_time *cost_on_core(const cost *c)
{
    return c->cpu.ns > c->wall.ns ? &c->cpu : &c->wall;
}

json_t *cost_prefixes(const json_t *results, const choose_request *w, const char *backend,
                      const char *level)
{
    json_t *prefixes = json_object();
    for (size_t i = 0; i < w->share_count; i++) {
        const char *slice = text_of(w->shares[i].slice, "name");
        const json_t *run = run_wanted(results, w, backend, slice, level, 1);
        if (number_of(run, "prefix_packets") > 0)
            json_object_set(prefixes, slice, json_object_get(run, "prefix_packets"));
    }
    return prefixes;
}

/* Nanoseconds a packet with so many threads; 0 if that was not measured on all slices. */
static double cost_with(const json_t *results, const choose_request *w, const char *backend,
                        const char *level, unsigned threads)
{
    double ns = 0;
    for (size_t i = 0; i < w->share_count; i++) {
        const json_t *run =
            run_wanted(results, w, backend, text_of(w->shares[i].slice, "name"), level, threads);
        if (!is_good(run))
            return 0;
        ns += w->shares[i].part * number_of(run, "ns_per_packet");
    }
    return ns;
}

json_t *cost_threads(const json_t *results, const choose_request *w, const char *backend,
                     const char *level)
{
    json_t *list = json_array(), *run;
    const char *first = w->share_count ? text_of(w->shares[0].slice, "name") : "";
    size_t i;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        unsigned threads = threads_of(run);
        if (threads == 1 || strcmp(text_of(run, "slice"), first) != 0 ||
            strcmp(text_of(run, "backend"), backend) != 0 ||
            run != run_wanted(results, w, backend, first, level, threads))
            continue;
        double ns = cost_with(results, w, backend, level, threads);
        if (ns > 0)
            json_array_append_new(
                list, json_pack("{s:i, s:f}", "threads", (int)threads, "ns_per_packet", ns));
    }
    return list;
}

/* Take a slice's rate into *limit. false: it has none. */
static bool live_take(live_limit *limit, const json_t *run, const char *slice)
{
    const double rate = number_of(run, "packets_per_s"),
                 failed = number_of(run, "failed_packets_per_s");
    if (!run || !has_status(run, "ok"))
        return false;
    if (!limit->known || rate < limit->rate) {
        limit->rate = rate;
        limit->slice = slice;
        limit->at_least = json_is_true(json_object_get(run, "at_least"));
    }
    if (failed > 0 && (limit->failed <= 0 || failed < limit->failed))
        limit->failed = failed;
    limit->known = true;
    return true;
}

static live_limit live_limit_with(const json_t *results, const choose_request *w,
                                  const char *backend, const char *level, const char *sink)
{
    static const live_limit none = {.known = false};
    live_limit limit = none;
    for (size_t i = 0; i < w->share_count; i++) {
        const char *slice = text_of(w->shares[i].slice, "name");
        if (!live_take(&limit, live_run_find(results, backend, slice, level, sink), slice))
            return none;
    }
    return limit;
}

live_limit live_limit_of(const json_t *results, const choose_request *w, const char *backend,
                         const char *level)
{
    live_limit limit = {.known = false};
    if (w->sink)
        limit = live_limit_with(results, w, backend, level, w->sink);
    limit.into_sink = limit.known;
    return limit.known ? limit : live_limit_with(results, w, backend, level, NULL_SINK);
}

double frame_of(const choose_request *w)
{
    double mean = 0;
    for (size_t i = 0; i < w->share_count; i++)
        mean += w->shares[i].part * number_of(w->shares[i].slice, "mean_frame");
    return w->mean_frame > 0 ? w->mean_frame : mean;
}

double file_bytes_of(const choose_request *w)
{
    double bytes = 0;
    for (size_t i = 0; i < w->share_count; i++)
        bytes += w->shares[i].part * number_of(w->shares[i].slice, "bytes") /
                 number_of(w->shares[i].slice, "packets");
    return w->file_bytes > 0 ? w->file_bytes : bytes;
}

double ethernet_bytes_of(const choose_request *w)
{
    double bytes = 0;
    for (size_t i = 0; i < w->share_count; i++)
        bytes += w->shares[i].part * ethernet_bytes(number_of(w->shares[i].slice, "mean_frame"));
    return w->ethernet_bytes > 0 ? w->ethernet_bytes : bytes;
}

double rate_of(const choose_request *w)
{
    return w->bits_per_s > 0 ? w->bits_per_s / 8 / ethernet_bytes_of(w) : w->packets_per_s;
}

double packets_of(const choose_request *w)
{
    return w->volume_bytes > 0 ? w->volume_bytes / file_bytes_of(w) : 0;
}

double cores_busy(const choose_request *w, double ns)
{
    double rate = rate_of(w);
    if (rate > 0)
        return rate * ns / 1e9;
    return w->deadline_s > 0 ? packets_of(w) * ns / 1e9 / w->deadline_s : 0;
}

double cores_there(const json_t *results, const choose_request *w)
{
    return w->cores > 0 ? w->cores : number_of(at(results, "context", "cpu"), "cores");
}
