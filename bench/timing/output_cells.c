#include "bench/timing/output_cells.h"

#include <stdlib.h>
#include <string.h>

#include "cli/message.h"
#include "parsers/encode/writer.h"
#include "results/reader.h"

static bool sink_add(output_request *request, const char *name)
{
    const pkt_encoder *encoder = pkt_encoder_find(name);
    char known[64];
    size_t n = 0;
    if (strcmp(name, NULL_SINK) == 0) /* always measured: the others are held against it */
        return true;
    for (size_t i = 0; i < request->count; i++)
        if (encoder && request->sinks[i] == encoder)
            return true;
    if (encoder && request->count < SINKS_MAX) {
        request->sinks[request->count++] = encoder;
        return true;
    }
    for (size_t i = 0; pkt_encoder_at(i) && n < sizeof known; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, ", %s", pkt_encoder_at(i)->name);
    message_error("--sink: no sink has the name '%s': there are %s%s", name, NULL_SINK, known);
    return false;
}

static bool threads_add(output_request *request, const char *text)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || number < 1 || number > PKT_MAX_THREADS) {
        message_error("--threads %s: must be whole numbers from 1 to %u, with commas between", text,
                      PKT_MAX_THREADS);
        return false;
    }
    for (size_t i = 0; i < request->thread_count; i++)
        if (request->threads[i] == number)
            return true;
    if (request->thread_count == SINKS_MAX) {
        message_error("--threads: more than %u numbers", SINKS_MAX);
        return false;
    }
    request->threads[request->thread_count++] = (unsigned)number;
    return true;
}

static bool each(output_request *request, const char *list,
                 bool (*add)(output_request *, const char *))
{
    char *copy = list ? strdup(list) : NULL, *rest = copy;
    bool good = copy || !list;
    for (char *item; good && (item = strsep(&rest, ",")) != NULL;)
        good = !*item || add(request, item);
    free(copy);
    return good;
}

bool outputs_read(output_request *request, const char *sinks, const char *threads)
{
    *request = (output_request){.count = 0};
    if (!each(request, sinks, sink_add) || !each(request, threads, threads_add))
        return false;
    if (threads && request->count == 0) {
        message_error("--threads are those that write: it needs --sink csv, arrow or parquet");
        return false;
    }
    if (request->thread_count == 0)
        request->threads[request->thread_count++] = 1;
    return true;
}

size_t outputs_rows(const output_request *request)
{
    return request->count * request->thread_count;
}

void outputs_add(schedule *s, const output_request *request, const bench_cell *cell)
{
    for (size_t i = 0; i < request->count && !cell->backend->id.driver; i++)
        for (size_t t = 0; t < request->thread_count; t++)
            s->cells[s->cell_count++] = (bench_cell){.backend = cell->backend,
                                                     .slice = cell->slice,
                                                     .level = cell->level,
                                                     .sink_of = cell,
                                                     .sink = request->sinks[i],
                                                     .threads = request->threads[t]};
}

/* Were the same bytes written by every number of threads so far? */
static bool is_like_others(const schedule *s, const bench_cell *cell)
{
    for (const bench_cell *other = s->cells; other < cell; other++)
        if (other->sink_of == cell->sink_of && other->sink == cell->sink && other->output_bytes &&
            (other->output_bytes != cell->output_bytes ||
             other->output_digest != cell->output_digest))
            return false;
    return true;
}

static void answer_judge(const schedule *s, bench_cell *cell, const json_t *answer)
{
    const char *checksum = json_string_value(json_object_get(answer, "checksum"));
    const char *digest = json_string_value(json_object_get(answer, "bytes_digest"));
    cell->output_bytes = (uint64_t)json_integer_value(json_object_get(answer, "bytes"));
    cell->output_digest = digest ? strtoull(digest, NULL, 16) : 0;
    if ((uint64_t)json_integer_value(json_object_get(answer, "rows")) != cell->check.rows ||
        !checksum || strcmp(checksum, cell->check.checksum) != 0)
        cell_fail(cell, STATUS_FAILED, "other rows were handed over than verified");
    else if (!cell->output_bytes)
        cell_fail(cell, STATUS_FAILED, "nothing was written");
    else if (!is_like_others(s, cell))
        cell_fail(cell, STATUS_FAILED, "another number of threads wrote other bytes");
}

void output_check(const schedule *s, bench_cell *cell)
{
    client worker;
    cell->check = cell->sink_of->check;
    if (!cell_is_timed(cell))
        return;
    if (!client_loaded(&worker, &cell->backend->id, s->request_s, NULL)) {
        cell_fail(cell, worker.status, worker.reason);
        return;
    }
    json_t *request = run_request("output_rows", cell->slice, cell->level);
    cell_sink_ask(cell, request);
    json_t *answer = client_ask(&worker, request, s->request_s);
    if (answer)
        answer_judge(s, cell, answer);
    else
        cell_fail(cell, worker.status, worker.reason);
    json_decref(answer);
    client_close(&worker);
}

void output_describe(const bench_cell *cell, json_t *run)
{
    if (!cell->sink)
        return;
    json_object_set_new(run, "sink", json_string(cell->sink->name));
    json_object_set_new(run, "threads", json_integer((json_int_t)cell->threads));
    json_object_set_new(run, "output_bytes",
                        cell->output_bytes ? json_integer((json_int_t)cell->output_bytes)
                                           : json_null());
}
