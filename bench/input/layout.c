#include "bench/input/layout.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "datasets/generate.h"
#include "parsers/input/input.h"
#include "parsers/util/error.h"
#include "parsers/util/pump.h"

/* false with errno set. */
static bool bytes_copy(int in, int out, char *buffer, size_t write_bytes)
{
    ssize_t got;
    while ((got = read(in, buffer, write_bytes)) != 0) {
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 || pkt_write_all(out, buffer, (size_t)got) != 0)
            return false;
    }
    return true;
}

int layout_copy(const char *from, const char *to, size_t write_bytes, pkt_err *err)
{
    char *buffer = malloc(write_bytes);
    const int in = open(from, O_RDONLY | O_CLOEXEC);
    const int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int bad = 0;
    if (!buffer)
        bad = pkt_fail_memory(err, "a copy of a slice");
    else if (out < 0 || !bytes_copy(in, out, buffer, write_bytes))
        bad = pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot copy it: %s", strerror(errno));
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    free(buffer);
    return bad;
}

static int copy_add(suite *suite, const suite_slice *of, const char *name, size_t write_bytes,
                    bool cold, pkt_err *err)
{
    suite_slice slice = *of;
    char *base = suite_text("%s-%s", of->name, name);
    slice.name = base ? suite_name(suite, base) : NULL;
    slice.path = slice.name ? scratch_path(&suite->scratch, slice.name) : NULL;
    slice.truth = slice.empty = NULL;
    slice.copy_of = of;
    slice.write_bytes = write_bytes;
    slice.cold = cold;
    free(base);
    if (slice.path && layout_copy(of->path, slice.path, slice.write_bytes, err) != 0) {
        suite_slice_free(&slice);
        (void)pkt_err_about(err, of->name);
        return scratch_failed(err);
    }
    return suite_add(suite, &slice, of->name, err) ? 0 : -1;
}

int layouts_add(suite *suite, pkt_err *err)
{
    const size_t count = suite->count;
    int bad = 0;
    for (size_t i = 0; !bad && i < count; i++)
        if (suite_is_main(&suite->slices[i]))
            bad = copy_add(suite, &suite->slices[i], "4k", LAYOUT_SMALL_BYTES, false, err) ||
                  copy_add(suite, &suite->slices[i], "cold", LAYOUT_WRITE_BYTES, true, err);
    return bad;
}

int as_is_add(suite *suite, const char *path, pkt_err *err)
{
    const char *slash = strrchr(path, '/');
    if (!pkt_input_is_file(path)) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                 "is compressed, or no file: only an uncompressed file can be measured as it is");
        return pkt_err_about(err, path);
    }
    suite_slice slice = {.name = suite_name(suite, slash ? slash + 1 : path),
                         .path = strdup(path),
                         .part = "whole",
                         .as_is = true};
    suite_slice *added = suite_add(suite, &slice, path, err);
    if (added)
        added->unverified = added->bytes > SLICE_BYTES;
    return added ? 0 : -1;
}
