#include "bench/canary/altered_slice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/canary/free_fields.h"
#include "parsers/core/numbers.h"
#include "parsers/sink/sink.h"
#include "parsers/source/source.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

/* pcapng block types and the offsets of their time and packet, draft-ietf-opsawg-pcapng section 4.
 */
enum {
    PCAP_RECORD = 16,
    BLOCK_OLD_PACKET = 2,
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_ENHANCED_PACKET = 6,
    PACKET_TIME_LOW = 16,
    PACKET_DATA = 28,
    SIMPLE_PACKET_DATA = 12,
    /* In a block of 8 values the lowest three bits can be inverted: no fraction of a second becomes
     * larger than 999999 or 999999999 by that. */
    TIME_BITS = 7,
    SWAP_BYTES = 65536 /* of a record that changes places */
};

/* A packet in the file, and what may be changed in it. */
typedef struct packet_place {
    uint32_t time;       /* offset of the least significant byte of its time; 0: none */
    uint32_t start, end; /* offsets of its record or block */
    uint32_t data, length;
    field_places fields;
    bool free;     /* its free fields may be changed */
    bool joins;    /* TCP or UDP: it may be moved to another stream */
    bool fragment; /* of an IPv4 datagram */
} packet_place;

struct altered_slice {
    const suite_slice *slice;
    uint8_t *file;     /* the shared mapping */
    uint8_t *original; /* its bytes before any change */
    size_t size;
    packet_place *places;
    uint64_t packets;
    /* Of the original, by raw; and the columns that changes reach: below level flows, and at it. */
    uint64_t digest[2][PKT_COLUMN_COUNT];
    pkt_column_set reach[2];
    pkt_batch *batch;
    uint8_t *column;  /* cells of one column */
    uint8_t *swapped; /* SWAP_BYTES */
};

/* Rows of raw, of one column. */
typedef struct column_sink {
    const pkt_column_info *info;
    uint8_t *cells;
    uint64_t rows, room;
} column_sink;

static int column_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    column_sink *c = self;
    const size_t size = c->info->size;
    if (c->rows + batch->rows > c->room)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "more rows than packets");
    memcpy(c->cells + c->rows * size, (const uint8_t *)batch + c->info->offset, batch->rows * size);
    c->rows += batch->rows;
    return 0;
}

static int column_finish(void *self, pkt_err *err)
{
    const column_sink *c = self;
    return c->rows == c->room
               ? 0
               : pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "fewer rows than packets");
}

/* The lowest level at which raw gives the cells that the column has at `level`. */
static pkt_level column_level(size_t column, pkt_level level)
{
    const bool flows = pkt_column_at(column)->level == PKT_LEVEL_FLOWS;
    if (flows || (column == PKT_COL_present && level == PKT_LEVEL_FLOWS))
        return PKT_LEVEL_FLOWS;
    const bool decoded = column == PKT_COL_verdict || column == PKT_COL_present;
    return decoded ? PKT_LEVEL_HEADERS : pkt_column_at(column)->level;
}

/* Run raw over the slice as it is now. */
static int raw_run(const altered_slice *a, const pkt_request *request, const pkt_sink *sink,
                   pkt_err *err)
{
    pkt_entry raw = PKT_INIT(pkt_entry);
    pkt_capture capture = PKT_INIT(pkt_capture);
    uint64_t rows;
    if (pkt_registry_find("raw", &raw) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "there is no backend raw");
    if (pkt_capture_open(a->slice->path, &capture, err) != 0)
        return -1;
    capture.flow_rule = a->slice->flows.rule;
    capture.max_flows = a->slice->flows.max;
    return pkt_run(raw.backend, NULL, &capture, request, a->batch, sink, &rows, err);
}

uint8_t *altered_column(altered_slice *a, pkt_level level, size_t column, pkt_err *err)
{
    const pkt_column_info *info = pkt_column_at(column);
    if (info->format_as == PKT_AS_TEXT || info->size > sizeof(uint64_t)) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "column %s has no fixed size", info->name);
        return NULL;
    }
    pkt_request request = PKT_INIT(pkt_request);
    column_sink sink = {.info = info, .cells = a->column, .room = a->packets};
    const pkt_sink out = pkt_sink_make(&sink, column_push, column_finish);
    request.level = column_level(column, level);
    pkt_set_add(&request.columns, column);
    return raw_run(a, &request, &out, err) == 0 ? a->column : NULL;
}

/* Digests of all columns that raw gives at the level, headers or flows. */
static int digests_get(const altered_slice *a, pkt_level level, uint64_t digest[PKT_COLUMN_COUNT],
                       pkt_err *err)
{
    pkt_request request = PKT_INIT(pkt_request);
    pkt_sink sink;
    request.level = level;
    pkt_digest_sink *digests = pkt_digest_sink_open(pkt_level_columns(level), &sink, err);
    int bad = digests ? raw_run(a, &request, &sink, err) : -1;
    if (!bad)
        pkt_digest_sink_result(digests, digest);
    pkt_digest_sink_close(digests);
    return bad;
}

static bool is_big_endian(const uint8_t *block_type)
{
    return block_type[0] == 0 && block_type[3] != 0;
}

/* Set the offsets of the packet's time and data. */
static void record_place(const altered_slice *a, const pkt_record *record, packet_place *place)
{
    const uint8_t *at = a->file + record->start;
    place->start = (uint32_t)record->start;
    place->end = (uint32_t)record->end;
    place->length = record->cap_len;
    if (a->slice->format != PKT_FORMAT_PCAPNG) {
        const bool big = a->file[0] == 0xa1; /* all magic numbers of pcap are 0xa1b2.... */
        place->time = (uint32_t)record->start + (big ? 7 : 4);
        place->data = (uint32_t)(record->end - record->cap_len);
        return;
    }
    const bool big = is_big_endian(at);
    const unsigned type = big ? at[3] : at[0];
    place->data =
        (uint32_t)record->start + (type == BLOCK_SIMPLE_PACKET ? SIMPLE_PACKET_DATA : PACKET_DATA);
    if (type == BLOCK_ENHANCED_PACKET || type == BLOCK_OLD_PACKET)
        place->time = (uint32_t)record->start + PACKET_TIME_LOW + (big ? 3 : 0);
}

/* Is the packet at the place where the file must have it? */
static bool is_placed(const altered_slice *a, const packet_place *place, const pkt_record *record)
{
    return place->data >= record->start && place->data + (uint64_t)place->length <= record->end &&
           place->data + (uint64_t)place->length <= a->size &&
           memcmp(a->file + place->data, record->data, place->length) == 0;
}

static int places_read(altered_slice *a, pkt_err *err)
{
    pkt_source *source = pkt_source_open(a->slice->path, err);
    pkt_record record;
    int got = source ? 1 : -1;
    for (uint64_t i = 0; got == 1 && i < a->packets; i++) {
        got = pkt_source_next(source, &record, err);
        if (got != 1)
            break;
        packet_place *place = &a->places[i];
        record_place(a, &record, place);
        if (!is_placed(a, place, &record))
            got = pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "unknown place of a packet");
        field_places_find(record.data, record.cap_len, record.link_type, &place->fields);
    }
    pkt_source_close(source);
    if (got == 0)
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "fewer packets than before");
    return got == 1 ? 0 : -1;
}

/* Do the places agree with raw's row of the packet? A tunnelled packet may be described by another
 * header than the outermost one. */
static bool is_described(const field_places *f, uint64_t present, uint8_t proto)
{
    const bool ip = f->ip != NO_FIELD, l4 = f->l4 != NO_FIELD;
    return ip == ((present & PKT_HAS_IP) != 0) &&
           (!l4 || (present & PKT_HAS_L4 && proto == f->proto));
}

static bool is_fragment(const altered_slice *a, const packet_place *p)
{
    const uint8_t *ip = a->file + p->data + p->fields.ip;
    return p->fields.version == 4 && ((ip[6] & 0x3f) != 0 || ip[7] != 0);
}

/* Only well-formed packets, and fragments, are changed: in other packets, decoders may read a field
 * or not. */
static int places_judge(altered_slice *a, pkt_err *err)
{
    const uint8_t *verdict = altered_column(a, PKT_LEVEL_HEADERS, PKT_COL_verdict, err);
    for (uint64_t i = 0; verdict && i < a->packets; i++)
        a->places[i].free = verdict[i] == PKT_OK || verdict[i] == PKT_FRAGMENT;
    uint8_t *protos = malloc(a->packets);
    const uint8_t *proto =
        protos && verdict ? altered_column(a, PKT_LEVEL_HEADERS, PKT_COL_ip_proto, err) : NULL;
    if (proto)
        memcpy(protos, proto, a->packets);
    const uint8_t *present =
        proto ? altered_column(a, PKT_LEVEL_HEADERS, PKT_COL_present, err) : NULL;
    for (uint64_t i = 0; present && i < a->packets; i++) {
        packet_place *p = &a->places[i];
        uint64_t bits;
        memcpy(&bits, present + i * sizeof bits, sizeof bits);
        p->free = p->free && is_described(&p->fields, bits, protos[i]);
        p->joins = p->free && bits & PKT_HAS_PORTS && p->fields.l4 != NO_FIELD;
        p->fragment = is_fragment(a, p);
    }
    free(protos);
    return present ? 0 : -1;
}

static bool is_fixed(const uint8_t *fixed, uint64_t packet)
{
    return fixed && fixed[packet / 8] >> packet % 8 & 1;
}

static void packet_change(altered_slice *a, const packet_place *p, uint8_t time,
                          const field_masks *masks)
{
    if (p->time)
        a->file[p->time] ^= time;
    free_fields_change(a->file + p->data, p->length, &p->fields, masks);
}

void altered_restore(altered_slice *a)
{
    memcpy(a->file, a->original, a->size);
}

/* A mask of some of the bits, never 0. */
static uint16_t mask_of(random_state *random, unsigned bits)
{
    uint16_t mask = (uint16_t)(random_next(random) >> 32 & bits);
    return mask ? mask : (uint16_t)(bits & (~bits + 1));
}

enum { BITS_TOS = 0xfc, BITS_ADDRESS = 0x3f, BITS_PORT = 0x3f, BITS_TTL = 7, BITS_VLAN = 0x0f };

/* What the packets of a stream, and the fragments of a datagram, must have in common. */
static field_masks key_masks(random_state *random)
{
    const uint8_t address = (uint8_t)mask_of(random, BITS_ADDRESS);
    const uint8_t port = (uint8_t)mask_of(random, BITS_PORT);
    return (field_masks){.id = mask_of(random, 0xffff),
                         .src = address,
                         .dst = address,
                         .src_port = port,
                         .dst_port = port};
}

/* Random bits of the fields that are a packet's own. */
static void own_masks(random_state *random, bool fragment, field_masks *masks)
{
    const uint64_t bits = random_next(random);
    masks->mac_src = (uint16_t)bits;
    masks->mac_dst = (uint16_t)(bits >> 16);
    masks->tos = (uint8_t)(bits >> 32 & BITS_TOS);
    masks->ttl = (uint8_t)(bits >> 40 & BITS_TTL);
    if (!fragment)
        masks->id = (uint16_t)(bits >> 48);
}

void altered_key(altered_slice *a, random_state *random, const uint8_t *fixed)
{
    const field_masks key = key_masks(random);
    const uint8_t time = (uint8_t)mask_of(random, TIME_BITS);
    altered_restore(a);
    for (uint64_t i = 0; i < a->packets; i++) {
        field_masks masks = key;
        own_masks(random, a->places[i].fragment, &masks);
        if (a->places[i].free && !is_fixed(fixed, i))
            packet_change(a, &a->places[i], time, &masks);
    }
}

/* All free fields; addresses and ports only if `address` is set. */
static field_masks canary_masks(random_state *random, bool address)
{
    field_masks m = {.mac_src = mask_of(random, 0xffff),
                     .mac_dst = mask_of(random, 0xffff),
                     .vlan = (uint8_t)mask_of(random, BITS_VLAN),
                     .tos = (uint8_t)mask_of(random, BITS_TOS),
                     .id = mask_of(random, 0xffff),
                     .dont_fragment = random_next(random) >> 63,
                     .ttl = (uint8_t)mask_of(random, BITS_TTL),
                     .seq = mask_of(random, 0xffff),
                     .ack = mask_of(random, 0xffff),
                     .window = (uint8_t)mask_of(random, 0xff),
                     .icmp_code = (uint8_t)mask_of(random, 0xff)};
    if (!address)
        return m;
    m.src = (uint8_t)mask_of(random, BITS_ADDRESS);
    m.dst = (uint8_t)mask_of(random, BITS_ADDRESS);
    m.src_port = (uint8_t)mask_of(random, BITS_PORT);
    m.dst_port = (uint8_t)mask_of(random, BITS_PORT);
    return m;
}

/* May packet `to` get the addresses and ports of packet `from`? A SYN begins a stream of its own
 * with any addresses. */
static bool can_join(const altered_slice *a, const packet_place *to, const packet_place *from)
{
    const uint8_t *l4 = a->file + to->data + to->fields.l4;
    const bool syn = to->joins && to->fields.proto == PROTO_TCP && l4[13] & TCP_SYN;
    return !syn && to->joins && from->joins && to->fields.version == from->fields.version &&
           to->fields.proto == from->fields.proto;
}

/* Do the packets belong to different streams, whatever their direction? */
static bool is_other_stream(const altered_slice *a, const packet_place *one,
                            const packet_place *other)
{
    const size_t at = one->fields.version == 4 ? 12 : 8, size = one->fields.version == 4 ? 4 : 16;
    const uint8_t *p = a->file + one->data, *q = a->file + other->data;
    const uint8_t *src = p + one->fields.ip + at, *from = q + other->fields.ip + at;
    const uint8_t *port = p + one->fields.l4, *from_port = q + other->fields.l4;
    const bool same = memcmp(src, from, 2 * size) == 0 && memcmp(port, from_port, 4) == 0;
    const bool back = memcmp(src, from + size, size) == 0 && memcmp(src + size, from, size) == 0 &&
                      memcmp(port, from_port + 2, 2) == 0 && memcmp(port + 2, from_port, 2) == 0;
    return !same && !back;
}

/* Random pairs of packets that are tried. */
enum { PAIRS = 4096 };

/* Move one packet to the stream of an earlier one. */
static void stream_canary(altered_slice *a, random_state *random, const uint8_t *fixed)
{
    for (unsigned i = 0; i < PAIRS && a->packets > 1; i++) {
        const uint64_t to = 1 + random_below(random, a->packets - 1);
        const uint64_t from = random_below(random, to);
        const packet_place *t = &a->places[to], *f = &a->places[from];
        if (!can_join(a, t, f) || is_fixed(fixed, to) || !is_other_stream(a, t, f))
            continue;
        free_fields_join(a->file + t->data, t->length, &t->fields, a->file + f->data, &f->fields);
        return;
    }
}

/* May the record change places with the next one? Packets that begin or end a stream keep their
 * order at level flows. */
static bool can_swap(const altered_slice *a, uint64_t packet, pkt_level level, const uint8_t *fixed)
{
    for (uint64_t i = packet; i < packet + 2; i++) {
        const packet_place *p = &a->places[i];
        const uint8_t *l4 = a->file + p->data + p->fields.l4;
        if (!p->free || is_fixed(fixed, i) || p->end - p->start > SWAP_BYTES)
            return false;
        if (level == PKT_LEVEL_FLOWS && p->joins && p->fields.proto == PROTO_TCP &&
            l4[13] & (TCP_SYN | TCP_FIN | TCP_RST))
            return false;
    }
    return a->places[packet].end == a->places[packet + 1].start;
}

/* Exchange a record and the next one: columns that no field change reaches differ too. */
static void records_swap(altered_slice *a, uint64_t packet)
{
    const packet_place *first = &a->places[packet], *second = first + 1;
    uint8_t *at = a->file + first->start;
    const size_t one = first->end - first->start, other = second->end - second->start;
    memcpy(a->swapped, at, one);
    memmove(at, at + one, other);
    memcpy(at + other, a->swapped, one);
}

/* Swaps are last: the places of the packets are not valid afterwards. They do not overlap: each is
 * in a part of its own of the slice. */
static void records_swap_some(altered_slice *a, random_state *random, pkt_level level,
                              const uint8_t *fixed)
{
    const uint64_t part = a->packets / SWAPS;
    for (uint64_t i = 0; i < SWAPS && part >= 2; i++) {
        const uint64_t packet = i * part + random_below(random, part - 1);
        if (can_swap(a, packet, level, fixed))
            records_swap(a, packet);
    }
}

/* Two canaries in one packet would cancel each other's bits in part, which does no harm. */
void altered_canaries(altered_slice *a, random_state *random, pkt_level level, const uint8_t *fixed)
{
    const uint64_t count = a->packets < CANARIES ? a->packets : CANARIES;
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t packet = count < CANARIES ? i : random_below(random, a->packets);
        const uint8_t time = (uint8_t)mask_of(random, TIME_BITS);
        const field_masks masks = canary_masks(random, level != PKT_LEVEL_FLOWS);
        if (a->places[packet].free && !is_fixed(fixed, packet))
            packet_change(a, &a->places[packet], time, &masks);
    }
    if (level == PKT_LEVEL_FLOWS)
        stream_canary(a, random, fixed);
    records_swap_some(a, random, level, fixed);
}

/* Index of what is kept for the columns at `level`. */
static size_t kind_of(pkt_level level)
{
    return level == PKT_LEVEL_FLOWS;
}

/* Get the digests of the original, then change the slice once and see which columns that
 * reaches. `level`: headers or flows. */
static int reach_find(altered_slice *a, pkt_level level, pkt_err *err)
{
    random_state random = random_seeded(a->packets);
    uint64_t *original = a->digest[kind_of(level)], changed[PKT_COLUMN_COUNT];
    if (digests_get(a, level, original, err) != 0)
        return -1;
    altered_key(a, &random, NULL);
    altered_canaries(a, &random, level, NULL);
    const int bad = digests_get(a, level, changed, err);
    for (size_t c = 0; !bad && c < PKT_COLUMN_COUNT; c++)
        if (changed[c] != original[c] && pkt_column_at(c)->format_as != PKT_AS_TEXT)
            pkt_set_add(&a->reach[kind_of(level)], c);
    altered_restore(a);
    return bad;
}

static int file_map(altered_slice *a, pkt_err *err)
{
    struct stat status;
    const int fd = open(a->slice->path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        if (fd >= 0)
            close(fd);
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot open: %s", strerror(errno));
    }
    a->size = (size_t)status.st_size;
    void *file = mmap(NULL, a->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (file == MAP_FAILED)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot map: %s", strerror(errno));
    a->file = file;
    a->original = malloc(a->size);
    if (!a->original)
        return pkt_fail_memory(err, "the original of a slice");
    memcpy(a->original, a->file, a->size);
    return 0;
}

static int altered_prepare(altered_slice *a, pkt_err *err)
{
    a->places = calloc(a->packets + 1, sizeof *a->places);
    a->column = malloc((a->packets + 1) * sizeof(uint64_t));
    a->swapped = malloc(SWAP_BYTES);
    a->batch = pkt_batch_new(err);
    if (!a->places || !a->column || !a->swapped || !a->batch)
        return pkt_fail_memory(err, "the packets of a slice");
    return file_map(a, err) != 0 || places_read(a, err) != 0 || places_judge(a, err) != 0 ||
                   reach_find(a, PKT_LEVEL_HEADERS, err) != 0 ||
                   reach_find(a, PKT_LEVEL_FLOWS, err) != 0
               ? -1
               : 0;
}

altered_slice *altered_open(const suite_slice *slice, pkt_err *err)
{
    if (slice->bytes > ALTERED_BYTES_MAX) {
        pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "is larger than %u MiB",
                 (unsigned)(ALTERED_BYTES_MAX >> 20));
        return NULL;
    }
    altered_slice *a = calloc(1, sizeof *a);
    if (!a) {
        pkt_fail_memory(err, "a slice");
        return NULL;
    }
    a->slice = slice;
    a->packets = slice->packets;
    if (altered_prepare(a, err) == 0)
        return a;
    altered_close(a);
    return NULL;
}

void altered_close(altered_slice *a)
{
    if (!a)
        return;
    if (a->original)
        altered_restore(a);
    if (a->file)
        munmap(a->file, a->size);
    pkt_batch_free(a->batch);
    free(a->original);
    free(a->places);
    free(a->column);
    free(a->swapped);
    free(a);
}

pkt_column_set altered_reach(const altered_slice *a, pkt_level level)
{
    return pkt_set_and(a->reach[kind_of(level)], pkt_level_columns(level));
}

uint64_t altered_original_digest(const altered_slice *a, pkt_level level, size_t column)
{
    return a->digest[kind_of(level)][column];
}

double altered_walk_ns(const altered_slice *a)
{
    const volatile uint8_t *file = a->file;
    const int64_t from = pkt_clock_ns(CLOCK_MONOTONIC);
    for (uint64_t i = 0; i < a->packets; i++)
        (void)file[a->places[i].data];
    return (double)(pkt_clock_ns(CLOCK_MONOTONIC) - from);
}

uint64_t altered_packets(const altered_slice *a)
{
    return a->packets;
}
