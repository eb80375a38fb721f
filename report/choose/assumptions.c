#include "report/choose/assumptions.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "report/live/rates.h"
#include "results/json_values.h"
#include "results/reader.h"

enum { SENTENCE = 240 };

/* `format`: what was asked for. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static void
extrapolation_add(json_t *out, const char *what, const char *measured, const char *format, ...)
{
    char asked[SENTENCE];
    va_list values;
    va_start(values, format);
    (void)vsnprintf(asked, sizeof asked, format, values);
    va_end(values);
    json_array_append_new(out, json_pack("{s:s, s:o, s:o}", "what", what, "asked",
                                         json_words(asked), "measured", json_words(measured)));
}

static void sink_assumption(const choose_request *w, json_t *out)
{
    if (w->run_sink)
        reason_add(out,
                   "rows are written as %s to /dev/null by one thread: the disk is not included",
                   w->sink);
    else if (w->sink)
        reason_add(
            out,
            "rows are only counted: writing them was not measured (`pktbench bench --sink %s`)",
            w->sink);
    else
        reason_add(out, "rows are only counted: writing them is not included");
    if (w->volume_bytes > 0 && w->row_bytes > 0 && !w->run_sink)
        reason_add(out, "%.0f bytes of %s per packet, from a trial", w->row_bytes,
                   w->sink ? w->sink : "csv");
}

static void framing_assumption(const choose_request *w, json_t *out)
{
    char bytes[32], packets[32];
    if (w->bits_per_s <= 0)
        return;
    number_text(ethernet_bytes_of(w), bytes, sizeof bytes);
    number_text(rate_of(w) / 1e6, packets, sizeof packets);
    reason_add(out,
               "bits per second are those of the Ethernet link: a packet takes %s bytes with "
               "preamble 8, FCS 4 and gap 12 (at least 84), which is at most %s Mpps",
               bytes, packets);
}

void assumptions_add(const json_t *results, const choose_request *w, json_t *out)
{
    char partial[PARTIAL_TEXT];
    json_array_append_new(out, json_words(w->traffic_text));
    if (partial_text(results, partial))
        reason_add(out, "%s, of a run that did not end", partial);
    reason_add(out, "captures are read from the page cache, and nothing else runs");
    reason_add(out, "your machine is like the measured one (%.80s)",
               text_of(at(results, "context", "cpu"), "model"));
    reason_add(out, "the cost is that of all columns of the level");
    if (w->cores <= 0 && cores_busy(w, 1) > 0)
        reason_add(out, "cores: as many as the measured machine has (%.0f)",
                   cores_there(results, w));
    sink_assumption(w, out);
    framing_assumption(w, out);
}

static double largest_slice(const choose_request *w)
{
    double bytes = 0;
    for (size_t i = 0; i < w->share_count; i++)
        bytes = fmax(bytes, number_of(w->shares[i].slice, "bytes"));
    return bytes;
}

static void traffic_extrapolation(const choose_request *w, json_t *out)
{
    double low = INFINITY, high = 0;
    for (size_t i = 0; i < w->share_count; i++) {
        low = fmin(low, number_of(w->shares[i].slice, "mean_frame"));
        high = fmax(high, number_of(w->shares[i].slice, "mean_frame"));
    }
    if (!w->traffic_by_frame)
        return;
    if (w->mean_frame < low - 1 || w->mean_frame > high + 1)
        extrapolation_add(out, "traffic", "the slice with the nearest mean frame",
                          "frames of %.1f bytes, outside the measured range", w->mean_frame);
    else
        extrapolation_add(out, "traffic",
                          "the slices with the nearest mean frames; other properties of the "
                          "capture, such as its protocols, are not taken into account",
                          "frames of %.1f bytes", w->mean_frame);
}

static const char file_measured[] =
    "reading a file from the page cache as fast as it goes: no kernel, no network card, no "
    "packet loss";
static const char wire_measured[] =
    "packets on a veth pair of the measured machine: no network card, no driver, no other load";

/* Is it a question about live captures, of results that have some? */
static bool live_asked(const json_t *results, const choose_request *w)
{
    return w->live && json_array_size(live_runs(results)) > 0;
}

static void rate_extrapolation(const json_t *results, const choose_request *w, json_t *out)
{
    char packets[32];
    const bool asked = live_asked(results, w);
    const char *measured = asked ? wire_measured : file_measured;
    number_text(rate_of(w) / 1e6, packets, sizeof packets);
    if (rate_of(w) > 0)
        extrapolation_add(out, "rate", measured, "%s Mpps that arrive", packets);
    if (w->live && !asked)
        extrapolation_add(out, "live", measured, "capture from an interface without packet loss");
}

/* What the live runs of a backend do not cover. */
static void live_extrapolation(const choose_request *w, const live_limit *live, json_t *out)
{
    char asked[32], kept[32], measured[SENTENCE];
    const double rate = rate_of(w);
    if (!live->known) {
        extrapolation_add(out, "live", file_measured,
                          "capture from an interface without packet loss");
        return;
    }
    number_text(rate / 1e6, asked, sizeof asked);
    number_text(live->rate / 1e6, kept, sizeof kept);
    (void)snprintf(measured, sizeof measured, "%s%s Mpps on %.60s%s",
                   live->at_least ? "at least " : "", kept, live->slice,
                   live->at_least ? ": the sender goes no faster" : "");
    if (live->rate <= 0)
        (void)snprintf(measured, sizeof measured, "no rate without packet loss on %.60s",
                       live->slice);
    if (rate > live->rate)
        extrapolation_add(out, "live", measured, "%s Mpps without packet loss", asked);
    if (w->sink && !live->into_sink)
        extrapolation_add(out, "live", "rows that are only counted, without packet loss",
                          "rows written as %s", w->sink);
}

/* Did all slices have this format? */
static bool format_measured(const choose_request *w, const char *format)
{
    for (size_t i = 0; i < w->share_count; i++)
        if (strcmp(text_of(w->shares[i].slice, "format"), format) != 0)
            return false;
    return true;
}

static bool asks_for(const choose_request *w, const char *word)
{
    for (size_t i = 0; i < w->needs.count; i++)
        if (strcmp(w->needs.list[i].name, word) == 0)
            return true;
    return false;
}

void request_extrapolations(const json_t *results, const choose_request *w, json_t *out)
{
    char volume[32], measured[SENTENCE];
    const double slice = largest_slice(w);
    rate_extrapolation(results, w, out);
    traffic_extrapolation(w, out);
    number_text(w->volume_bytes / 1e9, volume, sizeof volume);
    (void)snprintf(measured, sizeof measured,
                   "captures of up to %.1f MB in the page cache; the disk was not measured",
                   slice / 1e6);
    if (w->volume_bytes > slice)
        extrapolation_add(out, "volume", measured, "%s GB", volume);
    (void)snprintf(measured, sizeof measured,
                   "the peak on captures of up to %.1f MB; it can grow with flows and packets",
                   slice / 1e6);
    if (w->max_rss_bytes > 0)
        extrapolation_add(out, "memory", measured, "at most %.0f MB", w->max_rss_bytes / 1e6);
    if (asks_for(w, "pcapng") && !format_measured(w, "pcapng"))
        extrapolation_add(out, "format", "the time on pcap files", "pcapng files");
}

static void prefix_extrapolation(const json_t *prefixes, json_t *out)
{
    char measured[SENTENCE] = "";
    const char *slice;
    json_t *packets;
    size_t n = 0;
    json_object_foreach((json_t *)prefixes, slice, packets)
    {
        if (n < sizeof measured)
            n += (size_t)snprintf(measured + n, sizeof measured - n, "%s%.0f packets of %.60s",
                                  n ? ", " : "the first ", json_number_value(packets), slice);
    }
    if (n > 0)
        extrapolation_add(out, "prefix", measured, "all packets; the peak memory can be higher");
}

void answer_extrapolations(const json_t *results, const choose_request *w, const judgement *j,
                           json_t *out)
{
    const double busy = cores_busy(w, cost_on_core(&j->cost)->ns);
    json_t *prefixes = cost_prefixes(results, w, text_of(j->backend, "name"), j->level);
    prefix_extrapolation(prefixes, out);
    if (live_asked(results, w))
        live_extrapolation(w, &j->live, out);
    json_decref(prefixes);
    if (busy > 1)
        extrapolation_add(
            out, "cores",
            "one process at a time; how packets or captures are divided was not measured",
            "%.0f cores with the same cost per packet on each", ceil(busy));
    if (j->cost.cpu.ns <= 0 && busy > 0)
        extrapolation_add(out, "cores", "wall time only", "CPU time");
}
