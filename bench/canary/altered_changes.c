#include "bench/canary/altered_changes.h"

#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/canary/altered_file.h"
#include "parsers/core/numbers.h"

enum {
    /* In a block of 8 values the lowest three bits can be inverted: no fraction of a second becomes
     * larger than 999999 or 999999999 by that. */
    TIME_BITS = 7
};

/* altered_open() has seen that the kernel gives random numbers. */
static uint64_t secret_next(secret_random *r)
{
    if (r->left == 0) {
        while (getrandom(r->numbers, sizeof r->numbers, 0) != (ssize_t)sizeof r->numbers)
            ;
        r->left = sizeof r->numbers / sizeof r->numbers[0];
    }
    return r->numbers[--r->left];
}

/* A number below `bound`, which is at least 1. */
static uint64_t secret_below(secret_random *r, uint64_t bound)
{
    return secret_next(r) % bound;
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
    struct stat status;
    /* A backend may have cut the file: an access behind its end would end this process. */
    const bool whole = fstat(a->fd, &status) == 0 && (size_t)status.st_size == a->size;
    if (whole || ftruncate(a->fd, (off_t)a->size) == 0)
        memcpy(a->file, a->original, a->size);
}

/* A mask of some of the bits, never 0. */
static uint16_t mask_of(secret_random *random, unsigned bits)
{
    uint16_t mask = (uint16_t)(secret_next(random) >> 32 & bits);
    return mask ? mask : (uint16_t)(bits & (~bits + 1));
}

enum { BITS_TOS = 0xfc, BITS_ADDRESS = 0x3f, BITS_PORT = 0x3f, BITS_TTL = 7, BITS_VLAN = 0x0f };

/* What the packets of a stream, and the fragments of a datagram, must have in common. */
static field_masks key_masks(secret_random *random)
{
    const uint8_t address = (uint8_t)mask_of(random, BITS_ADDRESS);
    const uint8_t port = (uint8_t)mask_of(random, BITS_PORT);
    return (field_masks){.id = mask_of(random, 0xffff),
                         .src = address,
                         .dst = address,
                         .src_port = port,
                         .dst_port = port};
}

/* Random bits of the fields that are a packet's own. Returns those of its time. */
static uint8_t own_masks(secret_random *random, bool fragment, field_masks *masks)
{
    const uint64_t bits = secret_next(random);
    masks->mac_src = (uint16_t)bits;
    masks->mac_dst = (uint16_t)(bits >> 16);
    masks->tos = (uint8_t)(bits >> 32 & BITS_TOS);
    masks->ttl = (uint8_t)(bits >> 40 & BITS_TTL);
    if (!fragment)
        masks->id = (uint16_t)(bits >> 48);
    return (uint8_t)(bits >> 44 & TIME_BITS);
}

void altered_key(altered_slice *a, const uint8_t *fixed)
{
    secret_random *random = &a->random;
    const field_masks key = key_masks(random);
    altered_restore(a);
    for (uint64_t i = 0; i < a->packets; i++) {
        field_masks masks = key;
        const uint8_t time = own_masks(random, a->places[i].fragment, &masks);
        if (a->places[i].free && !is_fixed(fixed, i))
            packet_change(a, &a->places[i], time, &masks);
    }
}

/* All free fields; addresses and ports only if `address` is set. */
static field_masks canary_masks(secret_random *random, bool address)
{
    field_masks m = {.mac_src = mask_of(random, 0xffff),
                     .mac_dst = mask_of(random, 0xffff),
                     .vlan = (uint8_t)mask_of(random, BITS_VLAN),
                     .tos = (uint8_t)mask_of(random, BITS_TOS),
                     .id = mask_of(random, 0xffff),
                     .dont_fragment = secret_next(random) >> 63,
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
static void stream_canary(altered_slice *a, secret_random *random, const uint8_t *fixed)
{
    for (unsigned i = 0; i < PAIRS && a->packets > 1; i++) {
        const uint64_t to = 1 + secret_below(random, a->packets - 1);
        const uint64_t from = secret_below(random, to);
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
static void records_swap_some(altered_slice *a, secret_random *random, pkt_level level,
                              const uint8_t *fixed)
{
    const uint64_t part = a->packets / SWAPS;
    for (uint64_t i = 0; i < SWAPS && part >= 2; i++) {
        const uint64_t packet = i * part + secret_below(random, part - 1);
        if (can_swap(a, packet, level, fixed))
            records_swap(a, packet);
    }
}

/* Two canaries in one packet would cancel each other's bits in part, which does no harm. */
void altered_canaries(altered_slice *a, pkt_level level, const uint8_t *fixed)
{
    secret_random *random = &a->random;
    const uint64_t count = a->packets < CANARIES ? a->packets : CANARIES;
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t packet = count < CANARIES ? i : secret_below(random, a->packets);
        const uint8_t time = (uint8_t)mask_of(random, TIME_BITS);
        const field_masks masks = canary_masks(random, level != PKT_LEVEL_FLOWS);
        if (a->places[packet].free && !is_fixed(fixed, packet))
            packet_change(a, &a->places[packet], time, &masks);
    }
    if (level == PKT_LEVEL_FLOWS)
        stream_canary(a, random, fixed);
    records_swap_some(a, random, level, fixed);
}
