#include "bench/input/build.h"

#include "bench/input/captures.h"
#include "bench/input/layout.h"

/* Add the capture, or tell of it. Without memory, or room for copies or slices, others would fail
 * too. */
static int capture_try(suite *suite, const suite_request *request, const char *capture,
                       pkt_err *err)
{
    const size_t before = suite->count;
    if (capture_add(suite, capture, err) == 0)
        return 0;
    const bool ours = err->code == PKT_ERR_MEMORY || err->code == PKT_ERR_WRITE ||
                      (err->code == PKT_ERR_LIMIT && suite->count == SUITE_MAX);
    if (!request->bad || ours || !request->bad(request->self, err))
        return scratch_failed(err);
    suite_drop(suite, before);
    return 0;
}

static int suite_fill(suite *suite, const suite_request *request, pkt_err *err)
{
    int bad = 0;
    const bool own = request->kind == SUITE_QUICK || request->kind == SUITE_REFERENCE;
    if (!own || request->count == 0)
        bad = scenarios_add(suite, request->kind, request->large, err);
    for (size_t i = 0; !bad && i < request->count; i++)
        bad = capture_try(suite, request, request->captures[i], err);
    if (!bad && request->kind == SUITE_REFERENCE)
        bad = layouts_add(suite, err);
    for (size_t i = 0; !bad && request->as_is && i < request->count; i++)
        bad = as_is_add(suite, request->captures[i], err);
    return bad;
}

int suite_open(suite *suite, const suite_request *request, const pkt_notices *notices, pkt_err *err)
{
    *suite = (struct suite){.filter = request->filter, .notices = notices};
    if (scratch_open(&suite->scratch, err) == 0 && suite_fill(suite, request, err) == 0)
        return 0;
    suite_close(suite);
    return -1;
}
