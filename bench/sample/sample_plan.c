#include "bench/sample/sample_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/input/input.h"

json_t *sample_ask(const sample_plan *p, json_t *request)
{
    json_t *answer = client_ask(p->worker, request, p->seconds);
    if (!answer)
        cell_fail(p->cell, p->worker->status, p->worker->reason);
    return answer;
}

char *sample_slice_copy(const suite_slice *slice)
{
    pkt_err err;
    char *copy = suite_text("%s.XXXXXX", slice->path);
    const int fd = copy ? mkstemp(copy) : -1;
    if (fd >= 0)
        close(fd);
    if (fd >= 0 && pkt_input_save(slice->path, copy, &err) == 0)
        return copy;
    if (fd >= 0)
        unlink(copy);
    free(copy);
    return NULL;
}

void sample_mismatch(const sample_plan *p, bool wrong)
{
    char reason[REASON_BYTES];
    const char *column = pkt_column_at(p->column)->name;
    (void)snprintf(reason, sizeof reason,
                   wrong ? "column %s is wrong in packets whose addresses, times or numbers were "
                           "changed"
                         : "a timed run did not return the column %s of the packets that it was "
                           "given: no time counts",
                   column);
    cell_fail(p->cell, wrong ? STATUS_DISAGREES : STATUS_UNFAITHFUL, reason);
}

bool sample_time_possible(const sample_plan *p, double wall_ns, double cpu_ns)
{
    if (wall_ns >= p->floor_ns || cpu_ns >= p->floor_ns)
        return true;
    cell_fail(p->cell, STATUS_UNFAITHFUL,
              "a timed run was faster than reading one byte of each packet");
    return false;
}
