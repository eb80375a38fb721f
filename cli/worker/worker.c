#include "cli/worker/worker.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"
#include "parsers/util/output_text.h"

json_t *worker_refusal(const char *reason)
{
    char text[2 * PKT_ERR_TEXT]; /* JSON takes UTF-8 only */
    return json_pack("{s:b, s:s}", "ok", 0, "reason", pkt_text_fit(text, sizeof text, reason));
}

json_t *worker_failure(const run_outcome *outcome)
{
    char text[PKT_ERR_TEXT];
    json_t *answer = worker_refusal(pkt_err_text(&outcome->err, text));
    if (outcome->signal)
        json_object_set_new(answer, "signal", json_integer(outcome->signal));
    return answer;
}

json_t *worker_hex64(uint64_t value)
{
    char text[17];
    (void)snprintf(text, sizeof text, "%016" PRIx64, value);
    return json_string(text);
}

bool worker_reset(worker *w, run_outcome *outcome)
{
    *outcome = (run_outcome){.err = {.pos = PKT_POS_NONE}};
    if (w->used && w->backend->reset)
        outcome->failed = w->backend->reset(w->context, &outcome->err) != 0;
    w->used = false;
    return !outcome->failed;
}

void worker_run_once(worker *w, const run_job *job, run_outcome *outcome)
{
    if (!worker_reset(w, outcome))
        return;
    w->used = true;
    run_once(w->backend, w->context, w->batch, job, outcome);
}

json_t *worker_verified(const run_outcome *verified)
{
    json_t *digests = json_object();
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_set_has(&verified->columns, c))
            json_object_set_new(digests, pkt_column_at(c)->name, worker_hex64(verified->digest[c]));
    return json_pack("{s:b, s:I, s:o, s:o}", "ok", 1, "rows", (json_int_t)verified->rows,
                     "checksum", worker_hex64(verified->checksum), "digests", digests);
}

int worker_answer(worker *w, json_t *reply)
{
    if (!reply)
        reply = worker_refusal("no memory for an answer");
    const bool bad = json_dumpf(reply, w->out, JSON_COMPACT) != 0 || fputc('\n', w->out) == EOF ||
                     fflush(w->out) != 0;
    json_decref(reply);
    return bad ? -1 : 0;
}

static void wipe_free(void *memory)
{
    if (memory)
        explicit_bzero(memory, malloc_usable_size(memory));
    free(memory);
}

void worker_memory_wipe(void)
{
    json_set_alloc_funcs(malloc, wipe_free);
}

json_t *worker_request(worker *w, bool *done)
{
    char *line = NULL;
    size_t room = 0;
    *done = getline(&line, &room, w->in) <= 0;
    json_t *request = *done ? NULL : json_loads(line, JSON_REJECT_DUPLICATES, NULL);
    wipe_free(line);
    return request;
}
