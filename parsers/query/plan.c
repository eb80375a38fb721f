/* Places between packets at which a capture file can be divided. */
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "parsers/core/containers.h"
#include "parsers/core/run.h"
#include "parsers/input/input.h"
#include "parsers/query/index.h"
#include "parsers/query/request.h"
#include "parsers/source/source.h"
#include "parsers/util/error.h"

/* Bytes between two places of an index, at least. */
#define INDEX_STEP ((uint64_t)1 << 20)

typedef struct planner {
    pkt_source *source;
    int fd;
    uint64_t bytes; /* of a part, at least */
    uint64_t piece; /* a part begins where a piece of so many bytes of features does; 0: anywhere */
    uint64_t filled; /* bytes of the current piece, as in features.c; 0: none */
    uint64_t number; /* packets read */
    pkt_part part;   /* that was begun */
    bool begun;
    /* What a reader needs before the next packet: the file's header, or its section's blocks. */
    pkt_buffer preface, kept; /* `kept`: of the part */
    bool changed;             /* the preface, since the last packet */
    bool swapped;             /* byte order of the section */
    pkt_err fault;            /* of a callback */
    int (*take)(void *self, const pkt_part *part, pkt_err *err);
    void *self;
} planner;

/* Append so many bytes of the file to the preface. */
static int bytes_add(planner *p, uint64_t at, size_t size, pkt_err *err)
{
    if (pkt_buffer_reserve(&p->preface, size, err) != 0)
        return -1;
    if (pread(p->fd, p->preface.at + p->preface.size, size, (off_t)at) != (ssize_t)size)
        return pkt_fail(err, PKT_ERR_IO, at, "cannot be read: %s", strerror(errno));
    p->preface.size += size;
    p->changed = true;
    return 0;
}

/* The block of a pcapng at which the source is. */
static void block_add(planner *p)
{
    const uint64_t at = pkt_source_position(p->source);
    uint32_t head[2];
    if (p->fault.code != PKT_ERR_NONE)
        return;
    if (pread(p->fd, head, sizeof head, (off_t)at) != sizeof head)
        pkt_fail(&p->fault, PKT_ERR_IO, at, "cannot be read: %s", strerror(errno));
    else
        (void)bytes_add(p, at, p->swapped ? __builtin_bswap32(head[1]) : head[1], &p->fault);
}

static void section_begun(void *self, bool big_endian)
{
    planner *p = self;
    p->swapped = big_endian != (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    p->preface.size = 0;
    p->changed = true;
    block_add(p);
}

static void interface_added(void *self, const pkt_interface *interface)
{
    (void)interface;
    block_add(self);
}

/* Does a piece of features begin with the packet? See piece_add() of features.c. */
static bool piece_begins(planner *p, uint32_t captured)
{
    const bool begins = p->filled == 0 || p->filled > p->piece;
    if (begins)
        p->filled = PCAP_FILE_HEADER;
    p->filled += PCAP_RECORD_HEADER + (uint64_t)captured;
    return begins || !p->piece;
}

static int part_end(planner *p, uint64_t stop, pkt_err *err)
{
    p->part.stop = stop;
    p->part.preface = p->kept.at;
    p->part.preface_size = p->kept.size;
    return p->begun ? p->take(p->self, &p->part, err) : 0;
}

/* Make a copy of a preface, which may be empty. */
static int preface_copy(pkt_buffer *to, const pkt_buffer *from, pkt_err *err)
{
    to->size = 0;
    return from->at ? pkt_buffer_add(to, from->at, from->size, err) : 0;
}

/* Begin a part at this offset, with a copy of its preface. */
static int part_begin(planner *p, uint64_t start, const pkt_buffer *before, pkt_err *err)
{
    p->begun = true;
    p->part = (pkt_part){.struct_size = sizeof p->part,
                         .start = start,
                         .packets = p->number,
                         .reset_every = p->piece};
    return preface_copy(&p->kept, before, err);
}

/* Divide in front of the packet that begins behind `start`. A new section in front of it is in the
 * part, not in its preface. */
static int packet_place(planner *p, uint64_t start, const pkt_buffer *before,
                        const pkt_record *record, pkt_err *err)
{
    const bool may = piece_begins(p, record->cap_len);
    if (p->begun && (!may || start - p->part.start < p->bytes))
        return 0;
    return part_end(p, start, err) != 0 || part_begin(p, start, before, err) != 0 ? -1 : 0;
}

static int packets_walk(planner *p, pkt_err *err)
{
    pkt_record record = {.cap_len = 0};
    pkt_buffer before = {0};
    uint64_t start = pkt_source_position(p->source);
    int got = 1;
    while (got > 0) {
        if (p->changed && preface_copy(&before, &p->preface, err) != 0)
            got = -1;
        p->changed = false;
        if (got > 0)
            got = pkt_source_next(p->source, &record, err);
        if (got > 0 && p->fault.code != PKT_ERR_NONE) {
            *err = p->fault;
            got = -1;
        }
        if (got > 0 && packet_place(p, start, &before, &record, err) != 0)
            got = -1;
        if (got > 0) {
            p->number++;
            start = pkt_source_position(p->source);
        }
    }
    pkt_err own = {.pos = PKT_POS_NONE};
    if ((got == 0 || pkt_err_rows_stand(err)) && part_end(p, start, &own) != 0) {
        *err = own;
        got = -1;
    }
    pkt_buffer_free(&before);
    return got;
}

static int plan_run(planner *p, const char *path, pkt_err *err)
{
    const pkt_source_callbacks callbacks = {
        .section = section_begun, .interface = interface_added, .self = p};
    p->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (p->fd < 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", path);
    if (!pkt_input_is_file(path))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "is compressed, or is no file: it cannot be divided");
    p->source = pkt_source_open(path, err);
    if (!p->source)
        return -1;
    if (pkt_source_format(p->source) == PKT_FORMAT_PCAPNG)
        pkt_source_set_callbacks(p->source, &callbacks);
    else if (bytes_add(p, 0, PCAP_FILE_HEADER, err) != 0)
        return -1;
    return packets_walk(p, err);
}

/* Divide it by reading it. */
static int capture_walk(planner *p, const char *path, pkt_err *err)
{
    p->fd = -1;
    const int bad = plan_run(p, path, err);
    pkt_source_close(p->source);
    if (p->fd >= 0)
        close(p->fd);
    pkt_buffer_free(&p->preface);
    pkt_buffer_free(&p->kept);
    return bad;
}

int pkt_index_write(const char *capture, pkt_err *err)
{
    pkt_index_draft draft = {.places = 0};
    pkt_err own = {.pos = PKT_POS_NONE};
    err = err ? err : &own;
    planner p = {.bytes = INDEX_STEP, .take = pkt_index_add, .self = &draft};
    const int bad = pkt_index_begin(&draft, capture, err) != 0 ||
                    capture_walk(&p, capture, err) != 0 || pkt_index_end(&draft, capture, err) != 0;
    pkt_index_draft_close(&draft);
    return bad ? -1 : 0;
}

/* The same by the places of an index. */
static int index_walk(planner *p, pkt_index *index, pkt_err *err)
{
    pkt_place place;
    while (pkt_index_next(index, &place)) {
        const pkt_buffer preface = {.at = place.preface, .size = place.preface_size};
        if (p->begun && place.at - p->part.start < p->bytes)
            continue;
        p->number = place.packets;
        if (part_end(p, place.at, err) != 0 || part_begin(p, place.at, &preface, err) != 0)
            return -1;
    }
    return part_end(p, index->capture, err);
}

/* Rows that depend on all packets before them are those of one part. */
static int plan_check(const pkt_query *query, query_request *request, pkt_err *err)
{
    pkt_query known;
    if (pkt_sized_copy(&known, sizeof known, query) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "the struct_size of the query is not set");
    if (pkt_query_request_make(request, &known, err) != 0)
        return -1;
    if (known.capture_count != 1)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "one capture is divided, not %zu",
                        known.capture_count);
    if (known.count || known.join)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "count and join cannot be combined with parts");
    if (known.filter && pkt_query_is_numbered(request))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "stream numbers depend on all packets before that match the filter: the "
                        "capture cannot be divided");
    if (request->features.set && !request->features.reset_every)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "features without reset_every depend on all packets before: the capture "
                        "cannot be divided");
    if (request->label_by_stream)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "label_by stream depends on all packets: the capture cannot be divided");
    if (request->labels && !pkt_input_stays(request->labels))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "labels: the reader of each part reads %.100s: it must be a file",
                        request->labels);
    if (request->features.set && known.filter)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "with a filter, pieces of features end elsewhere: the capture cannot be "
                        "divided");
    return 0;
}

int pkt_query_plan(const pkt_query *query, uint64_t bytes,
                   int (*take)(void *self, const pkt_part *part, pkt_err *err), void *self,
                   pkt_err *err)
{
    query_request request = {.words = NULL};
    pkt_err own = {.pos = PKT_POS_NONE};
    err = err ? err : &own;
    if (plan_check(query, &request, err) != 0)
        return -1;
    planner p = {.bytes = bytes ? bytes : 1,
                 .piece = request.features.reset_every,
                 .take = take,
                 .self = self};
    pkt_index index;
    const int indexed = p.piece ? 0 : pkt_index_open(&index, query->captures[0], err);
    if (indexed <= 0)
        return indexed < 0 ? -1 : capture_walk(&p, query->captures[0], err);
    const int bad = index_walk(&p, &index, err);
    pkt_index_close(&index);
    pkt_buffer_free(&p.kept);
    return bad;
}
