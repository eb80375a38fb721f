#include "bench/canary/altered_places.h"

#include <stdlib.h>
#include <string.h>

#include "bench/canary/altered_file.h"
#include "bench/canary/altered_rows.h"
#include "parsers/core/numbers.h"
#include "parsers/source/source.h"

/* pcapng block types and the offsets of their time and packet, draft-ietf-opsawg-pcapng section 4.
 */
enum {
    BLOCK_OLD_PACKET = 2,
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_ENHANCED_PACKET = 6,
    PACKET_TIME_LOW = 16,
    PACKET_DATA = 28,
    SIMPLE_PACKET_DATA = 12
};

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

static void interface_see(void *self, const pkt_interface *interface)
{
    bool *fine = self;
    *fine = *fine || interface->ticks > US_PER_S;
}

/* Some parsers round times of pcapng to the microsecond. A time that has none of its finer digits
 * is right in them, and must stay so. */
static bool time_is_kept(const altered_slice *a, bool fine, const pkt_record *record)
{
    return a->slice->format == PKT_FORMAT_PCAPNG && fine && record->ts_ns % NS_PER_US == 0;
}

static int places_read(altered_slice *a, pkt_err *err)
{
    bool fine = false; /* an interface has times finer than a microsecond */
    const pkt_source_callbacks callbacks = {.interface = interface_see, .self = &fine};
    pkt_source *source = pkt_source_open(a->slice->path, err);
    pkt_record record;
    int got = source ? 1 : -1;
    if (source)
        pkt_source_set_callbacks(source, &callbacks);
    for (uint64_t i = 0; got == 1 && i < a->packets; i++) {
        got = pkt_source_next(source, &record, err);
        if (got != 1)
            break;
        packet_place *place = &a->places[i];
        record_place(a, &record, place);
        if (time_is_kept(a, fine, &record))
            place->time = 0;
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
    uint8_t *protos = malloc(a->packets + 1);
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

int altered_places(altered_slice *a, pkt_err *err)
{
    return places_read(a, err) == 0 ? places_judge(a, err) : -1;
}
