#include "bench/input/build.h"

#include "bench/input/captures.h"
#include "bench/input/layout.h"

static int suite_fill(suite *suite, const suite_request *request, pkt_err *err)
{
    int bad = 0;
    const bool own = request->kind == SUITE_QUICK || request->kind == SUITE_REFERENCE;
    if (!own || request->count == 0)
        bad = scenarios_add(suite, request->kind, err);
    for (size_t i = 0; !bad && i < request->count; i++)
        bad = capture_add(suite, request->captures[i], err);
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
