/* The only loop that joins a backend and a sink. */
#include "pktbench.h"

int pkt_run(const pkt_backend *backend, void *context, const pkt_capture *capture, pkt_level level,
            pkt_batch *batch, const pkt_sink *sink, uint64_t *rows, pkt_err *err)
{
    pkt_err own;
    if (!err)
        err = &own;
    err->code = PKT_ERR_NONE;
    *rows = 0;
    if ((unsigned)level >= PKT_LEVEL_COUNT || !backend->work[level])
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "backend %s does not offer this level",
                        backend->name);
    void *state = NULL;
    if (backend->open(context, &state, capture, level, err) != 0)
        return -1;
    int got;
    for (;;) {
        memset(batch, 0, sizeof *batch);
        got = backend->next(state, batch, err);
        if (got <= 0)
            break;
        if ((size_t)got > PKT_BATCH_ROWS) {
            got = pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                           "backend %s claims %d rows in a batch of %u", backend->name, got,
                           PKT_BATCH_ROWS);
            break;
        }
        batch->rows = (size_t)got;
        if (sink->push(sink->self, batch, err) != 0) {
            backend->close(state);
            return -1;
        }
        *rows += (size_t)got;
    }
    backend->close(state);
    pkt_err finish_err = {.code = PKT_ERR_NONE};
    if ((got == 0 || pkt_err_rows_stand(err)) && sink->finish(sink->self, &finish_err) != 0) {
        *err = finish_err;
        return -1;
    }
    return got;
}
