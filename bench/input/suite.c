#include "bench/input/suite.h"

#include <inttypes.h>
#include <stdlib.h>
#include <xxhash.h>

#include "parsers/source/source.h"
#include "parsers/util/error.h"

char *suite_text(const char *format, ...)
{
    char *out = NULL;
    va_list args;
    va_start(args, format);
    const int size = vasprintf(&out, format, args);
    va_end(args);
    return size < 0 ? NULL : out;
}

static bool name_taken(const suite *suite, const char *name)
{
    for (size_t i = 0; i < suite->count; i++)
        if (strcmp(suite->slices[i].name, name) == 0)
            return true;
    return false;
}

char *suite_name(const suite *suite, const char *base)
{
    char *name = strdup(base);
    for (unsigned n = 2; name && name_taken(suite, name); n++) {
        free(name);
        name = suite_text("%s-%u", base, n);
    }
    return name;
}

int suite_slice_measure(suite_slice *slice, pkt_err *err)
{
    pkt_source *source = pkt_source_open(slice->path, err);
    if (!source)
        return -1;
    pkt_record record;
    int got;
    slice->packets = slice->wire_bytes = slice->end = 0;
    slice->bytes = slice->first = pkt_source_size(source);
    slice->format = pkt_source_format(source);
    while ((got = pkt_source_next(source, &record, err)) == 1) {
        if (slice->packets++ == 0)
            slice->first = record.start;
        slice->wire_bytes += record.wire_len;
        slice->end = record.end;
    }
    pkt_source_close(source);
    return got;
}

static int slice_hash(suite_slice *slice, pkt_err *err)
{
    FILE *file = fopen(slice->path, "rb");
    XXH3_state_t *state = XXH3_createState();
    char buffer[65536];
    size_t got = 0;
    bool good = file && state && XXH3_64bits_reset(state) == XXH_OK;
    while (good && (got = fread(buffer, 1, sizeof buffer, file)) > 0)
        XXH3_64bits_update(state, buffer, got);
    good = good && !ferror(file);
    if (good)
        (void)snprintf(slice->xxh3, sizeof slice->xxh3, "%016" PRIx64, XXH3_64bits_digest(state));
    else
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read: %s", strerror(errno));
    XXH3_freeState(state);
    if (file)
        fclose(file);
    return good ? 0 : -1;
}

void suite_slice_free(suite_slice *slice)
{
    free(slice->name);
    free(slice->path);
    free(slice->truth);
    free(slice->empty);
}

/* Measure, hash and check a slice before it is added. 0, or -1 and *err. */
static int slice_admit(const suite *suite, suite_slice *slice, const char *shown, pkt_err *err)
{
    if (!slice->name || !slice->path)
        return pkt_fail_memory(err, "a slice");
    if (suite->count == SUITE_MAX)
        return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %d slices in one run",
                        SUITE_MAX);
    if (suite_slice_measure(slice, err) != 0 || slice_hash(slice, err) != 0)
        return pkt_err_about(err, shown);
    if (slice->packets)
        return 0;
    pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "has no packets to measure");
    return pkt_err_about(err, shown);
}

suite_slice *suite_add(suite *suite, suite_slice *slice, const char *shown, pkt_err *err)
{
    if (slice_admit(suite, slice, shown, err) != 0) {
        suite_slice_free(slice);
        return NULL;
    }
    if (!slice->write_bytes && !slice->as_is)
        slice->write_bytes = LAYOUT_WRITE_BYTES;
    suite->slices[suite->count] = *slice;
    return &suite->slices[suite->count++];
}

void suite_flows(suite *suite, const pkt_flow_choice *flows)
{
    for (size_t i = 0; i < suite->count; i++)
        suite->slices[i].flows = *flows;
}

bool suite_is_main(const suite_slice *slice)
{
    return !slice->whole && !slice->copy_of && !slice->as_is;
}

const suite_slice *suite_whole(const suite_slice *slice)
{
    return slice->whole ? slice->whole : slice;
}

void suite_drop(suite *suite, size_t from)
{
    while (suite->count > from)
        suite_slice_free(&suite->slices[--suite->count]);
}

void suite_close(suite *suite)
{
    suite_drop(suite, 0);
    scratch_close(&suite->scratch);
    *suite = (struct suite){.count = 0};
}
