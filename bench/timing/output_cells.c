#include "bench/timing/output_cells.h"

#include <stdlib.h>

#include "parsers/encode/writer.h"
#include "parsers/util/error.h"
#include "results/reader.h"

static int sink_unknown(const char *name, pkt_err *err)
{
    pkt_names known = {.size = 0};
    pkt_names_add(&known, NULL_SINK);
    for (size_t i = 0; pkt_encoder_at(i); i++)
        pkt_names_add(&known, pkt_encoder_at(i)->name);
    for (unsigned i = 0; i < DATA_FRAME_KINDS; i++)
        pkt_names_add(&known, data_frame_kind_name((data_frame_kind)i));
    return pkt_fail_unknown(err, "sink", name, &known);
}

/* Want that kind of data frame. false: there is none of that name. */
static bool data_frame_add(output_request *request, const char *name)
{
    for (unsigned i = 0; i < DATA_FRAME_KINDS; i++)
        if (strcmp(name, data_frame_kind_name((data_frame_kind)i)) == 0) {
            request->data_frames[i] = true;
            return true;
        }
    return false;
}

static int sink_add(void *self, const char *name, pkt_err *err)
{
    output_request *request = self;
    const pkt_encoder *encoder = pkt_encoder_find(name);
    if (strcmp(name, NULL_SINK) == 0) /* always measured, as the reference of the other sinks */
        return 0;
    if (data_frame_add(request, name))
        return 0;
    if (!encoder)
        return sink_unknown(name, err);
    for (size_t i = 0; i < request->count; i++)
        if (request->sinks[i] == encoder)
            return 0;
    if (request->count == SINKS_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %u sinks", SINKS_MAX);
    request->sinks[request->count++] = encoder;
    return 0;
}

static int threads_add(void *self, const char *text, pkt_err *err)
{
    output_request *request = self;
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || number < 1 || number > PKT_MAX_THREADS)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "%.40s threads: must be whole numbers from 1 to %u, with commas between",
                        text, PKT_MAX_THREADS);
    for (size_t i = 0; i < request->thread_count; i++)
        if (request->threads[i] == number)
            return 0;
    if (request->thread_count == SINKS_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %u numbers of threads",
                        SINKS_MAX);
    request->threads[request->thread_count++] = (unsigned)number;
    return 0;
}

int outputs_read(output_request *request, const char *sinks, const char *threads, pkt_err *err)
{
    *request = (output_request){.count = 0};
    if ((sinks && pkt_parse_list(sinks, sink_add, request, err) != 0) ||
        (threads && pkt_parse_list(threads, threads_add, request, err) != 0))
        return -1;
    if (request->thread_count == 0)
        request->threads[request->thread_count++] = 1;
    return 0;
}

bool outputs_data_frames(const output_request *request)
{
    for (unsigned i = 0; i < DATA_FRAME_KINDS; i++)
        if (request->data_frames[i])
            return true;
    return false;
}

size_t outputs_count(const output_request *request)
{
    return request->count * request->thread_count;
}

void outputs_add(schedule *s, const output_request *request, const bench_cell *main)
{
    for (size_t i = 0; i < request->count && !backend_is_external(&main->backend->id); i++)
        for (size_t t = 0; t < request->thread_count; t++)
            s->cells[s->cell_count++] = (bench_cell){.backend = main->backend,
                                                     .slice = main->slice,
                                                     .level = main->level,
                                                     .role = ROLE_OUTPUT,
                                                     .base = main,
                                                     .sink = request->sinks[i],
                                                     .threads = request->threads[t]};
}

/* Do the cells differ only in the number of threads? */
static bool is_variant(const bench_cell *a, const bench_cell *b)
{
    return a->backend == b->backend && a->slice == b->slice && a->level == b->level &&
           a->sink == b->sink;
}

/* Did all earlier cells that differ only in the number of threads write the same bytes? */
static bool is_same_output(const schedule *s, const bench_cell *cell)
{
    for (const bench_cell *other = s->cells; other < cell; other++)
        if (is_variant(other, cell) && other->output_bytes &&
            (other->output_bytes != cell->output_bytes ||
             other->output_digest != cell->output_digest))
            return false;
    return true;
}

/* The cell of the same build that counts its rows and whose rows were verified; NULL if there is
 * none. */
static const bench_cell *cell_counted(const schedule *s, const bench_cell *cell)
{
    if (cell->role == ROLE_OUTPUT)
        return cell->base;
    for (size_t i = 0; i < s->cell_count; i++) /* baseline output: its baseline main cell */
        if (s->cells[i].role == ROLE_BASELINE && s->cells[i].base == cell->base->base)
            return &s->cells[i];
    return NULL;
}

static void answer_check(const schedule *s, bench_cell *cell, const json_t *answer)
{
    const char *checksum = json_string_value(json_object_get(answer, "checksum"));
    const char *digest = json_string_value(json_object_get(answer, "bytes_digest"));
    cell->output_bytes = (uint64_t)json_integer_value(json_object_get(answer, "bytes"));
    cell->output_digest = digest ? strtoull(digest, NULL, 16) : 0;
    if ((uint64_t)json_integer_value(json_object_get(answer, "rows")) != cell->check.rows ||
        !checksum || strcmp(checksum, cell->check.checksum) != 0)
        cell_fail(cell, STATUS_FAILED, "the rows that were written are not the verified ones");
    else if (!cell->output_bytes)
        cell_fail(cell, STATUS_FAILED, "nothing was written");
    else if (!is_same_output(s, cell))
        cell_fail(cell, STATUS_FAILED, "another number of threads wrote other bytes");
}

void output_check(const schedule *s, bench_cell *cell)
{
    client worker;
    const bench_cell *counted = cell_counted(s, cell);
    if (!counted) {
        cell_fail(cell, STATUS_FAILED, "its rows were not verified");
        return;
    }
    cell->check = counted->check;
    if (!cell_is_timed(cell))
        return;
    if (!client_open_loaded(&worker, &cell->backend->id, s->request_s, NULL)) {
        cell_fail(cell, worker.status, worker.reason);
        return;
    }
    json_t *request = run_request("output_rows", cell->slice, cell->level);
    cell_sink_ask(cell, request);
    json_t *answer = client_ask(&worker, request, s->request_s);
    if (answer)
        answer_check(s, cell, answer);
    else
        cell_fail(cell, worker.status, worker.reason);
    json_decref(answer);
    if (!client_close(&worker) && cell_is_timed(cell))
        cell_fail(cell, worker.status, worker.reason);
}
