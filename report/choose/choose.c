#include "report/choose/choose.h"

#include <math.h>
#include <string.h>

#include "report/choose/assumptions.h"
#include "report/choose/extract_words.h"
#include "report/choose/relax.h"
#include "report/findings/aa.h"
#include "report/findings/ranking.h"
#include "report/findings/withheld.h"
#include "results/json_values.h"
#include "results/reader.h"

enum { SENTENCE = 320 };

static json_t *number_or_null(double value)
{
    return value > 0 && isfinite(value) ? json_real(value) : json_null();
}

static json_t *interval_json(const packet_time *t)
{
    return t->is_sure && t->ns > 0 ? json_pack("[f, f]", t->least, t->most) : json_null();
}

/* The command as one line; null if there is none. */
static json_t *command_line(const json_t *words)
{
    char text[2048] = "pktbench";
    size_t i, n = strlen(text);
    json_t *word;
    if (!json_is_array(words))
        return json_null();
    json_array_foreach(words, i, word)
    {
        if (n < sizeof text)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s", json_string_value(word));
    }
    return json_words(text);
}

static void time_set(json_t *fit, const cost *c)
{
    const packet_time *on_core = cost_on_core(c);
    json_object_set_new(fit, "ns_per_packet", number_or_null(c->wall.ns));
    json_object_set_new(fit, "ns_per_packet_ci95", interval_json(&c->wall));
    json_object_set_new(fit, "ns_per_packet_min", number_or_null(c->low));
    json_object_set_new(fit, "ns_per_packet_max", number_or_null(c->high));
    json_object_set_new(fit, "cpu_ns_per_packet", number_or_null(c->cpu.ns));
    json_object_set_new(fit, "core_ns_per_packet", number_or_null(on_core->ns));
    json_object_set_new(fit, "core_ns_per_packet_ci95", interval_json(on_core));
    json_object_set_new(fit, "peak_rss_bytes", number_or_null(c->rss));
}

/* Cores, time and disk that the request takes at this cost. */
static void load_set(json_t *fit, const choose_request *w, const cost *c)
{
    const double packets = packets_of(w), on_core = cost_on_core(c)->ns,
                 busy = cores_busy(w, on_core), seconds = packets * on_core / 1e9,
                 limit = w->deadline_s > 0 ? w->deadline_s : seconds,
                 row = w->row_bytes > 0 ? w->row_bytes : c->row_bytes;
    json_object_set_new(fit, "cores_busy", number_or_null(busy));
    json_object_set_new(fit, "cores_at_least",
                        busy > 0 ? json_integer((json_int_t)ceil(busy)) : json_null());
    json_object_set_new(fit, "seconds_on_one_core", number_or_null(seconds));
    json_object_set_new(fit, "output_bytes", number_or_null(packets * row));
    json_object_set_new(fit, "disk_read_bytes_per_s", number_or_null(w->volume_bytes / limit));
    json_object_set_new(fit, "disk_write_bytes_per_s", number_or_null(packets * row / limit));
}

/* The rate without loss; null: it was not asked for, or not measured. Its number is null if every
 * rate lost packets. */
static json_t *live_json(const live_limit *live)
{
    return live->known ? json_pack("{s:o, s:b, s:s, s:b}", "packets_per_s",
                                   number_or_null(live->rate), "at_least", (int)live->at_least,
                                   "slice", live->slice, "into_sink", (int)live->into_sink)
                       : json_null();
}

static json_t *fit_json(const json_t *results, const choose_request *w, const judgement *j,
                        extracts_function *extracts)
{
    const char *name = text_of(j->backend, "name");
    json_t *fit = json_object(), *extrapolations = json_array(), *note,
           *words = extract_words(w, j, extracts(name), &note);
    json_object_set_new(fit, "backend", json_string(name));
    json_object_set_new(fit, "level", json_string(j->level));
    json_object_set_new(fit, "sequential", json_boolean(is_sequential(w, j->level)));
    time_set(fit, &j->cost);
    load_set(fit, w, &j->cost);
    json_object_set_new(fit, "live", live_json(&j->live));
    json_object_set_new(fit, "license", json_string(text_of(j->backend, "license")));
    json_object_set(fit, "stated", j->stated);
    json_object_set_new(fit, "command", command_line(words));
    json_object_set_new(fit, "command_words", words);
    json_object_set_new(fit, "command_note", note);
    json_object_set_new(fit, "columns", json_is_null(words) ? json_array() : extract_columns(w, j));
    json_object_set_new(fit, "with_threads", cost_threads(results, w, name, j->level));
    json_object_set_new(fit, "prefix_packets", cost_prefixes(results, w, name, j->level));
    answer_extrapolations(results, w, j, extrapolations);
    json_object_set_new(fit, "extrapolations", extrapolations);
    return fit;
}

bool is_ranked(const json_t *fit)
{
    return fit && json_array_size(json_object_get(fit, "stated")) == 0;
}

/* Those that are not ranked stay in the order of the results. */
static bool stands_before(const json_t *a, const json_t *b)
{
    if (!is_ranked(b))
        return true;
    return is_ranked(a) && number_of(a, "core_ns_per_packet") <= number_of(b, "core_ns_per_packet");
}

static void fit_insert(json_t *fits, json_t *fit)
{
    size_t i = 0;
    while (i < json_array_size(fits) && stands_before(json_array_get(fits, i), fit))
        i++;
    json_array_insert_new(fits, i, fit);
}

/* A backend against which nothing else speaks: its cost for these columns together is not known. */
static void unmeasured_add(const choose_request *w, const judgement *j, extracts how,
                           json_t *unmeasured)
{
    json_t *words = json_array_size(j->reasons) == 1 ? extract_split_words(w, j, how) : json_null();
    if (json_is_array(words))
        json_array_append_new(unmeasured,
                              json_pack("{s:s, s:o, s:O, s:o}", "backend",
                                        text_of(j->backend, "name"), "command", command_line(words),
                                        "command_words", words, "columns", extract_columns(w, j)));
    json_decref(words);
}

static void judge_all(const json_t *results, const choose_request *w, json_t *choice,
                      extracts_function *extracts)
{
    json_t *fits = json_object_get(choice, "fits"), *rejected = json_object_get(choice, "rejected"),
           *unmeasured = json_object_get(choice, "unmeasured");
    size_t i;
    json_t *backend;
    json_array_foreach(json_object_get(results, "backends"), i, backend)
    {
        judgement j = judge(results, w, backend);
        if (j.fits)
            fit_insert(fits, fit_json(results, w, &j, extracts));
        else {
            unmeasured_add(w, &j, extracts(text_of(backend, "name")), unmeasured);
            json_array_append_new(
                rejected,
                json_pack("{s:s, s:O}", "backend", text_of(backend, "name"), "reasons", j.reasons));
        }
        judgement_free(&j);
    }
}

static time_interval interval_of(const json_t *fit)
{
    const json_t *ends = json_object_get(fit, "core_ns_per_packet_ci95");
    return (time_interval){.known = json_array_size(ends) == 2,
                           .low = json_number_value(json_array_get(ends, 0)),
                           .high = json_number_value(json_array_get(ends, 1))};
}

/* What the A/A controls of the traffic differ by at the level; negative: there is none. */
static double noise_of(const json_t *results, const choose_request *w, const char *level)
{
    double width = -1;
    for (size_t i = 0; i < w->share_count; i++)
        width = fmax(width, aa_width_of_level(results, text_of(w->shares[i].slice, "name"), level));
    return width >= 0 ? width : aa_width_of_level(results, NULL, level);
}

/* The ranked ones that are not clearly slower than the first. false: an interval is missing. */
static bool ties_mark(const json_t *fits, double noise)
{
    json_t *first = json_array_get(fits, 0), *fit;
    const time_interval of_first = interval_of(first);
    size_t i;
    bool any = false, has_intervals = true;
    json_array_foreach(fits, i, fit)
    {
        const time_interval own = interval_of(fit);
        const double ratio =
            number_of(fit, "core_ns_per_packet") / number_of(first, "core_ns_per_packet");
        const apart found =
            i > 0 && is_ranked(fit) ? apart_of(&of_first, &own, ratio, noise) : APART_SLOWER;
        const bool tied = found == APART_TIED || (found == APART_UNKNOWN && ratio <= FAR_APART);
        json_object_set_new(fit, "tied", json_boolean(tied));
        any = any || tied;
        has_intervals = has_intervals && found != APART_UNKNOWN;
    }
    if (any)
        json_object_set_new(first, "tied", json_true());
    return has_intervals;
}

/* Mark the ties, and name the winner or say why there is none. */
static void winner_set(const json_t *results, const choose_request *w, json_t *choice,
                       const json_t *fits)
{
    const json_t *first = json_array_get(fits, 0);
    const double width = noise_of(results, w, text_of(first, "level"));
    char why[WITHHELD_TEXT];
    const bool has_intervals = ties_mark(fits, fmax(0, width)),
               withheld = is_ranked(first) && withheld_text(results, has_intervals, width, why);
    json_object_set_new(choice, "winner",
                        is_ranked(first) && !withheld ? json_string(text_of(first, "backend"))
                                                      : json_null());
    json_object_set_new(choice, "withheld", withheld ? json_words(why) : json_null());
}

/* Was the rate of the request reached live without loss? Without a rate, any is. */
static bool live_covers(const choose_request *w, const json_t *fit)
{
    const json_t *live = json_object_get(fit, "live");
    return number_of(live, "packets_per_s") > 0 && rate_of(w) <= number_of(live, "packets_per_s");
}

/* The assumption that the answer depends on most. */
static json_t *main_assumption(const choose_request *w, const json_t *first)
{
    char text[SENTENCE], low[32], high[32];
    const json_t *stated = json_object_get(first, "stated");
    if (!first)
        return json_null();
    if (json_array_size(stated))
        (void)snprintf(text, sizeof text, "these values, which were not compared: %.240s",
                       json_string_value(json_array_get(stated, 0)));
    else if (w->live && live_covers(w, first))
        (void)snprintf(text, sizeof text,
                       "your network card and its driver deliver packets as a veth pair does");
    else if (w->live)
        (void)snprintf(text, sizeof text,
                       "it captures without packet loss, which was not measured");
    else if (rate_of(w) > 0)
        (void)snprintf(text, sizeof text,
                       "packets reach the parser as fast as from the page cache: kernel, network "
                       "card and packet loss were not measured");
    else if (w->traffic_assumed && w->share_count > 1) {
        number_text(number_of(first, "ns_per_packet_min"), low, sizeof low);
        number_text(number_of(first, "ns_per_packet_max"), high, sizeof high);
        (void)snprintf(text, sizeof text,
                       "the traffic, which was not given: %.32s takes %s to %s ns per packet, "
                       "depending on the slice",
                       text_of(first, "backend"), low, high);
    } else
        (void)snprintf(text, sizeof text,
                       "your machine is like the measured one and has no other load");
    return json_words(text);
}

static json_t *needs_json(const choose_request *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->needs.count; i++)
        json_array_append_new(list, json_string(w->needs.list[i].word));
    return list;
}

static json_t *traffic_json(const choose_request *w)
{
    json_t *shares = json_object();
    for (size_t i = 0; i < w->share_count; i++)
        json_object_set_new(shares, text_of(w->shares[i].slice, "name"),
                            json_real(w->shares[i].part));
    return shares;
}

/* The request with every number that the answer is computed from. */
static json_t *request_json(const json_t *results, const choose_request *w)
{
    return json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:o}", "need",
        needs_json(w), "traffic", traffic_json(w), "mean_frame", number_or_null(frame_of(w)),
        "file_bytes_per_packet", number_or_null(file_bytes_of(w)), "ethernet_bytes_per_packet",
        number_or_null(ethernet_bytes_of(w)), "packets_per_s", number_or_null(rate_of(w)),
        "bits_per_s", number_or_null(w->bits_per_s), "volume_bytes",
        number_or_null(w->volume_bytes), "deadline_s", number_or_null(w->deadline_s),
        "cores_available", number_or_null(cores_there(results, w)), "max_rss_bytes",
        number_or_null(w->max_rss_bytes), "sink", w->sink ? json_string(w->sink) : json_null(),
        "live", (int)w->live, "license", w->permissive ? json_string("permissive") : json_null());
}

static json_t *choice_of(const json_t *results, const choose_request *w,
                         extracts_function *extracts)
{
    json_t *choice = request_json(results, w), *fits = json_array(), *conflicts = json_array(),
           *relaxed = json_array(), *assumptions = json_array(), *extrapolations = json_array();
    json_object_set_new(choice, "sink_measured", json_boolean(w->run_sink));
    json_object_set_new(choice, "fits", fits);
    json_object_set_new(choice, "rejected", json_array());
    json_object_set_new(choice, "unmeasured", json_array());
    judge_all(results, w, choice, extracts);
    winner_set(results, w, choice, fits);
    const json_t *first = json_array_get(fits, 0);
    if (!first) {
        conflicts_add(results, w, conflicts);
        relaxations_add(results, w, relaxed);
    }
    assumptions_add(results, w, assumptions);
    request_extrapolations(results, w, extrapolations);
    json_object_set_new(choice, "conflicts", conflicts);
    json_object_set_new(choice, "relaxations", relaxed);
    json_object_set_new(choice, "assumptions", assumptions);
    json_object_set_new(choice, "extrapolations", extrapolations);
    json_object_set_new(choice, "main_assumption", main_assumption(w, first));
    return choice;
}

json_t *choose(const json_t *results, const choose_request *request, extracts_function *extracts)
{
    choose_request w = *request;
    w.run_sink = sink_measured(results, w.sink) ? w.sink : NULL;
    return choice_of(results, &w, extracts);
}
