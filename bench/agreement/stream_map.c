#include "bench/agreement/stream_map.h"

#include <stdlib.h>

#include "bench/agreement/app_streams.h"
#include "parsers/core/numbers.h"

/* Streams are counted by IP protocol: a TCP packet can have a stream without having TCP columns. */
enum { KIND_UDP, KIND_TCP, KINDS };

/* A stream of one side. */
typedef struct seen {
    uint32_t counted; /* its new number, plus 1; 0: none yet */
    bool met, wrong, reversed;
} seen;

typedef struct side {
    seen *streams[KINDS]; /* by original number, which is below the number of rows */
    uint32_t own[KINDS], counted[KINDS];
    app_stream *apps; /* by original number; NULL: none is begun by an application dissector */
} side;

typedef struct place {
    uint32_t stream;
    unsigned direction;
    bool wrong, begun;
} place;

/* Renumbered stream and direction of the row. `counts`: the row is used for renumbering, because it
 * is well-formed or has a stream on both sides. */
static place place_of(side *s, const pkt_batch *batch, size_t index, bool counts, uint64_t rows)
{
    const unsigned kind = batch->ip_proto[index] == PROTO_TCP ? KIND_TCP : KIND_UDP;
    place p = {batch->stream[index], batch->stream_dir[index], true, false};
    if (p.stream >= rows)
        return p;
    seen *stream = &s->streams[kind][p.stream];
    if (!stream->met) {
        stream->met = true;
        stream->wrong = p.stream != s->own[kind]++ || p.direction;
    }
    if (stream->wrong || !counts)
        return p;
    const app_stream *app = s->apps && kind == KIND_UDP ? &s->apps[p.stream] : NULL;
    const bool begun = app && app->begun;
    if (begun) {
        stream = &s->streams[kind][app->first];
        p.direction ^= app->flipped;
    }
    if (!stream->counted) {
        stream->counted = ++s->counted[kind];
        stream->reversed = p.direction;
    }
    return (place){stream->counted - 1, p.direction ^ stream->reversed, false, begun};
}

static uint8_t row_alike(side sides[2], const rowset *const sets[2], uint64_t row, bool well_formed,
                         uint64_t rows)
{
    const pkt_batch *batch[2];
    size_t index[2];
    bool has[2];
    place at[2] = {{.stream = 0}, {.stream = 0}};
    for (size_t i = 0; i < 2; i++) {
        batch[i] = rowset_at(sets[i], row, &index[i]);
        has[i] = batch[i]->present[index[i]] & PKT_HAS_STREAM;
    }
    for (size_t i = 0; i < 2; i++)
        if (has[i])
            at[i] = place_of(&sides[i], batch[i], index[i], well_formed || has[1 - i], rows);
    if (has[0] != has[1])
        return 0;
    if (!has[0])
        return STREAM_ALIKE | DIRECTION_ALIKE;
    if (at[0].wrong || at[1].wrong)
        for (size_t i = 0; i < 2; i++)
            at[i] =
                (place){batch[i]->stream[index[i]], batch[i]->stream_dir[index[i]], true, false};
    const bool alike = at[0].stream == at[1].stream;
    return (uint8_t)((alike ? STREAM_ALIKE : 0) |
                     (alike && (at[0].begun || at[1].begun) ? STREAM_LISTED : 0) |
                     (at[0].direction == at[1].direction ? DIRECTION_ALIKE : 0));
}

/* false: no memory. */
static bool side_open(side *s, const rowset *set, uint64_t rows)
{
    bool good = true;
    for (size_t kind = 0; kind < KINDS; kind++) {
        s->streams[kind] = calloc((size_t)rows + 1, sizeof(seen));
        good = good && s->streams[kind];
    }
    s->apps = set->wireshark ? app_streams_find(set, rows) : NULL;
    return good && (s->apps || !set->wireshark);
}

static void side_close(side *s)
{
    for (size_t kind = 0; kind < KINDS; kind++)
        free(s->streams[kind]);
    free(s->apps);
}

uint8_t *streams_compare(const rowset *got, const rowset *expected, const rowset *verdicts,
                         uint64_t rows)
{
    const rowset *const sets[2] = {got, expected};
    side sides[2] = {{.own = {0}}, {.own = {0}}};
    uint8_t *alike = calloc((size_t)rows + 1, 1);
    const bool both = side_open(&sides[0], got, rows) && side_open(&sides[1], expected, rows);
    for (uint64_t row = 0; alike && both && row < rows; row++)
        alike[row] =
            row_alike(sides, sets, row, verdict_is_well_formed(verdict_at(verdicts, row)), rows);
    side_close(&sides[0]);
    side_close(&sides[1]);
    if (both)
        return alike;
    free(alike);
    return NULL;
}
