#include "bench/sample/sample_plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

json_t *sample_ask(const sample_plan *p, json_t *request)
{
    json_t *answer = client_ask(p->worker, request, p->seconds);
    if (!answer)
        cell_fail(p->cell, p->worker->status, p->worker->reason);
    return answer;
}

slice_bytes sample_slice_read(const suite_slice *slice)
{
    slice_bytes kept = {NULL, 0};
    FILE *file = fopen(slice->path, "rbe");
    struct stat found;
    if (file && fstat(fileno(file), &found) == 0) {
        kept.size = (size_t)found.st_size;
        kept.bytes = malloc(kept.size + 1);
    }
    if (kept.bytes && fread(kept.bytes, 1, kept.size, file) != kept.size) {
        free(kept.bytes);
        kept.bytes = NULL;
    }
    if (file)
        fclose(file);
    return kept;
}

char *sample_slice_write(const suite_slice *slice, const slice_bytes *kept)
{
    char *copy = suite_text("%s.XXXXXX", slice->path);
    const int fd = copy ? mkstemp(copy) : -1;
    FILE *file = fd >= 0 ? fdopen(fd, "wb") : NULL;
    bool good = file && kept->bytes && fwrite(kept->bytes, 1, kept->size, file) == kept->size;
    if (file)
        good = fclose(file) == 0 && good;
    else if (fd >= 0)
        close(fd);
    if (good)
        return copy;
    if (fd >= 0)
        unlink(copy);
    free(copy);
    return NULL;
}

void sample_mismatch(const sample_plan *p, size_t column, bool wrong)
{
    char reason[REASON_BYTES];
    const char *name = column < PKT_COLUMN_COUNT ? pkt_column_at(column)->name : "columns";
    const char *format =
        !wrong
            ? "a timed run did not return the %s%s of the packets that it was given: no time counts"
        : p->cell->backend->id.command
            ? "the digest of %s%s is wrong in a run without the clock too: check its width, its "
              "byte order and its empty cells (0), and the column in packets whose addresses, "
              "times or numbers were changed"
            : "%s%s is wrong in packets whose addresses, times or numbers were changed";
    (void)snprintf(reason, sizeof reason, format, column < PKT_COLUMN_COUNT ? "column " : "", name);
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
