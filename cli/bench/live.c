/* `pktbench bench --live`: a search for each cell that has a time. */
#include "cli/bench/live.h"

#include <string.h>

#include "bench/features/feature_rows.h"
#include "bench/live/live_json.h"
#include "cli/message.h"
#include "parsers/query/request.h"
#include "results/reader.h"

#define TRIAL_SECONDS 1.0
#define TRIAL_SECONDS_MIN 0.05
/* Rows of the slice's first packets are compared with those of the file, sent so slowly that no
 * machine loses one. */
enum { COMPARED_PACKETS = 20000 };
#define COMPARED_RATE 40000.0
/* Trials of a search and seconds of a trial beside its own, about: for the progress line. */
#define TRIALS_ABOUT 9
#define TRIAL_EXTRA_S 0.15

bool live_begin(benchmark *b)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (option_given(b->arguments, "live") && live_server_start(&b->server, &err) != 0) {
        message_err(&err);
        return false;
    }
    if (rights_give_up())
        return true;
    live_end(b);
    return false;
}

void live_end(benchmark *b)
{
    live_server_stop(&b->server);
}

bool live_options(benchmark *b)
{
    const arguments *a = b->arguments;
    if (!option_given(a, "live")) {
        if (option_given(a, "trial"))
            message_error("--trial requires --live");
        return !option_given(a, "trial");
    }
    if (option_given(a, "baseline")) {
        message_error("--live cannot be combined with --baseline");
        return false;
    }
    if (!option_seconds(a, "trial", TRIAL_SECONDS, &b->trial_s))
        return false;
    if (b->trial_s >= TRIAL_SECONDS_MIN)
        return true;
    message_error("--trial: must be at least %gs", TRIAL_SECONDS_MIN);
    return false;
}

/* Can the backend capture live, in the process of the trials? */
static bool is_live(const backend *backend)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    return !backend->id.plugin && !backend_is_external(&backend->id) &&
           pkt_registry_find(backend->name, &entry) == 0 && entry.backend &&
           pkt_query_backend_is_tested(entry.backend, "live");
}

/* Is there a search for this cell? */
static bool is_searched(const bench_cell *cell)
{
    const bool role = cell->role == ROLE_MAIN || cell->role == ROLE_FEATURES ||
                      (cell->role == ROLE_OUTPUT && cell->threads == 1);
    return role && suite_is_main(cell->slice) && is_live(cell->backend) && cell_is_timed(cell);
}

static live_request request_of(const benchmark *b, const bench_cell *cell)
{
    live_request r = {.level = cell->level,
                      .flows = cell->slice->flows,
                      .snaplen = PKT_LIVE_SNAPLEN,
                      .buffer = PKT_LIVE_BUFFER,
                      .plan = {.seconds = b->trial_s}};
    (void)snprintf(r.path, sizeof r.path, "%s", cell->slice->path);
    (void)snprintf(r.backend, sizeof r.backend, "%s", cell->backend->name);
    if (cell->sink)
        (void)snprintf(r.encoder, sizeof r.encoder, "%s", cell->sink->name);
    if (cell->features) {
        (void)snprintf(r.features, sizeof r.features, "%s", cell->features->set->name);
        r.by = cell->features->by;
    }
    return r;
}

/* A trial of a search. */
typedef struct trying {
    benchmark *b;
    live_request request;
} trying;

static int rate_try(void *self, double rate, live_trial *trial, pkt_err *err)
{
    trying *t = self;
    t->request.plan.rate = rate;
    progress_tick(&t->b->progress);
    return live_server_try(&t->b->server, &t->request, trial, err);
}

/* Are the rows of the interface those of the file? Sets the outcome's status otherwise. `reason`:
 * room for the words. */
static void rows_compare(trying *t, const suite_slice *slice, live_outcome *outcome,
                         char reason[REASON_BYTES])
{
    const live_plan plan = t->request.plan;
    const uint64_t packets = slice->packets < COMPARED_PACKETS ? slice->packets : COMPARED_PACKETS;
    live_trial trial;
    pkt_err err = {.pos = PKT_POS_NONE};
    t->request.compare = true;
    t->request.plan = (live_plan){.rate = COMPARED_RATE, .most = packets};
    const int bad = live_server_try(&t->b->server, &t->request, &trial, &err);
    t->request.compare = false;
    t->request.plan = plan;
    outcome->reason = reason;
    if (bad) { /* PKT_ERR_USAGE: packets that cannot be sent */
        outcome->status = err.code == PKT_ERR_USAGE ? STATUS_NOT_OFFERED : STATUS_FAILED;
        (void)snprintf(reason, REASON_BYTES, "%s", err.msg);
    } else if (trial.rows != packets) {
        outcome->status = STATUS_FAILED;
        (void)snprintf(reason, REASON_BYTES,
                       "%.0f of %.0f packets were lost at %.0f packets per second",
                       (double)(packets - trial.rows), (double)packets, COMPARED_RATE);
    } else if (trial.differs) {
        outcome->status = STATUS_DISAGREES;
        (void)snprintf(reason, REASON_BYTES,
                       "the rows of the interface are not those of the file, in the first %.0f "
                       "packets",
                       (double)packets);
    } else {
        outcome->compared = packets;
        reason[0] = '\0';
    }
}

/* The live run with the null sink of the same backend, slice and level, which comes before. */
static const json_t *base_run(const benchmark *b, const bench_cell *cell)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(b->live, "runs"), i, run)
    {
        if (strcmp(text_of(run, "backend"), cell->backend->name) == 0 &&
            strcmp(text_of(run, "slice"), cell->slice->name) == 0 &&
            strcmp(text_of(run, "level"), pkt_level_name(cell->level)) == 0)
            return run;
    }
    return NULL;
}

static void base_take(const json_t *base, live_outcome *outcome)
{
    if (status_find(text_of(base, "status"), &outcome->status) != 0)
        outcome->status = STATUS_FAILED;
    outcome->reason = text_of(base, "reason");
    outcome->compared = (uint64_t)number_of(base, "compared_packets");
}

/* A search for one cell, into b->live. */
static void cell_search(benchmark *b, const bench_cell *cell)
{
    char name[CELL_NAME], reason[REASON_BYTES] = "";
    trying t = {.b = b, .request = request_of(b, cell)};
    live_rate rate = {.count = 0};
    live_outcome outcome = {.status = STATUS_OK, .reason = "", .rate = &rate};
    pkt_err err = {.pos = PKT_POS_NONE};
    const json_t *base = base_run(b, cell);
    progress_show(&b->progress, "live: %s, %s", cell_name(cell, name), cell->slice->name);
    if (base)
        base_take(base, &outcome);
    else
        rows_compare(&t, cell->slice, &outcome, reason);
    if (outcome.status == STATUS_OK && live_search(rate_try, &t, &rate, &err) != 0) {
        (void)snprintf(reason, sizeof reason, "%s", err.msg);
        outcome.status = STATUS_FAILED;
        outcome.reason = reason;
        rate.rate = rate.failed = 0;
        rate.at_least = false;
    }
    json_t *run = live_run_json(cell->slice->name, &t.request, &outcome);
    json_array_append_new(json_object_get(b->live, "runs"), run);
}

bool live_possible(const benchmark *b)
{
    const selection *l = &b->selection;
    if (!option_given(b->arguments, "live"))
        return true;
    for (size_t i = 0; i < l->count; i++)
        for (unsigned level = 0; level < PKT_LEVEL_COUNT; level++)
            if (is_live(l->backends[i]) && selection_runs(l, l->backends[i], (pkt_level)level))
                return true;
    message_error("--live: of the backends only raw and libpcap capture live: select one of them");
    return false;
}

void live_measure(benchmark *b)
{
    const schedule *s = &b->schedule;
    const live_request plain = {
        .snaplen = PKT_LIVE_SNAPLEN, .buffer = PKT_LIVE_BUFFER, .plan = {.seconds = b->trial_s}};
    size_t searches = 0;
    if (!option_given(b->arguments, "live"))
        return;
    for (size_t i = 0; i < s->cell_count; i++)
        searches += is_searched(&s->cells[i]);
    b->live = live_json(&plain);
    pkt_notice_expect(&b->notices, (double)searches * TRIALS_ABOUT * (b->trial_s + TRIAL_EXTRA_S));
    for (size_t i = 0; i < s->cell_count; i++)
        if (is_searched(&s->cells[i])) {
            cell_search(b, &s->cells[i]);
            bench_partial_write(b);
        }
}

bool live_fails(const benchmark *b)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(b->live, "runs"), i, run)
    {
        run_status status;
        if (status_find(text_of(run, "status"), &status) == 0 && gate_fails(&b->gate, status))
            return true;
    }
    return false;
}
