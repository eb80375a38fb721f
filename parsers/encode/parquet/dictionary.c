#include "parsers/encode/parquet/dictionary.h"

#include <endian.h>
#include <xxhash.h>

#include "parsers/encode/parquet/thrift.h"

enum { TEXT_HEAD = 4, GROUP = 8 };
/* A dictionary has at most so many values, and bytes of them. */
enum { VALUES_MAX = 1 << 16, VALUES_BYTES_MAX = 1 << 21 };
/* The table has 2^SLOT_BITS slots at first, and twice as many whenever it is half full: a column of
 * few values stays in the first-level cache. */
enum { SLOT_BITS = 8 };
/* If more than EARLY_DIFFERENT of the first EARLY values differ, a dictionary does not pay. */
enum { EARLY = 4096, EARLY_DIFFERENT = 3072 };
/* Slots that are looked at for one value. Only values that were chosen to collide need more. */
enum { PROBES_MAX = 256 };
/* Equal indices that are worth a run of their own. */
enum { RUN_MIN = 16 };

typedef struct slot {
    uint32_t offset; /* of the value in dictionary.values */
    uint32_t index;  /* + 1; 0: the slot is free */
} slot;

size_t pkt_plain_value_size(const plain_values *values, const uint8_t *at)
{
    uint32_t length;
    if (values->width)
        return values->width;
    memcpy(&length, at, sizeof length);
    return TEXT_HEAD + (size_t)le32toh(length);
}

static uint64_t value_hash(const uint8_t *at, size_t size, size_t width)
{
    uint64_t bits = 0;
    if (!width)
        return XXH3_64bits(at, size);
    memcpy(&bits, at, width);
    return (bits ^ bits >> 32) * UINT64_C(0x9e3779b97f4a7c15); /* the upper bits count */
}

/* Is the value at this offset of the dictionary? A text begins with its length, so that a value
 * that is shorter differs before it ends. */
static inline bool is_value(const dictionary *d, size_t offset, const uint8_t *at, size_t size)
{
    return size <= d->values.size - offset && memcmp(d->values.at + offset, at, size) == 0;
}

/* The slot of the value, or the free one that it gets; NULL: too many are taken before it. */
static inline slot *slot_find(const dictionary *d, const uint8_t *at, size_t size, size_t width)
{
    slot *slots = (slot *)(void *)d->slots.at;
    size_t place = (size_t)(value_hash(at, size, width) >> (64 - d->bits));
    for (int probe = 0; probe < PROBES_MAX; probe++) {
        slot *s = &slots[place];
        if (!s->index || is_value(d, s->offset, at, size))
            return s;
        place = (place + 1) & (((size_t)1 << d->bits) - 1);
    }
    return NULL;
}

/* Is there no room for another value, of the i'th row of all that have one? */
static inline bool is_full(const dictionary *d, size_t i, size_t count, size_t size)
{
    const size_t half = count / 2, most = half < VALUES_MAX ? half : VALUES_MAX;
    return d->count >= most || d->values.size + size > VALUES_BYTES_MAX ||
           (i < EARLY && d->count >= EARLY_DIFFERENT);
}

/* A table of 2^bits free slots. 0, or -1 and *err. */
static int slots_make(dictionary *d, unsigned bits, pkt_err *err)
{
    const size_t size = sizeof(slot) << bits;
    d->slots.size = 0;
    d->bits = bits;
    if (pkt_buffer_reserve(&d->slots, size, err) != 0)
        return -1;
    memset(d->slots.at, 0, size);
    return 0;
}

/* Twice as many slots, with all values in them. 1; 0: one of them has no place; -1 and *err. */
static int slots_grow(dictionary *d, size_t width, pkt_err *err)
{
    const plain_values values = pkt_dictionary_values(d, width);
    if (slots_make(d, d->bits + 1, err) != 0)
        return -1;
    for (size_t i = 0, offset = 0; i < d->count; i++) {
        const uint8_t *at = d->values.at + offset;
        const size_t size = pkt_plain_value_size(&values, at);
        slot *s = slot_find(d, at, size, width);
        if (!s)
            return 0;
        *s = (slot){(uint32_t)offset, (uint32_t)i + 1};
        offset += size;
    }
    return 1;
}

static int value_add(dictionary *d, slot *s, const uint8_t *at, size_t size, pkt_err *err)
{
    s->offset = (uint32_t)d->values.size;
    s->index = (uint32_t)++d->count;
    return pkt_buffer_add(&d->values, at, size, err);
}

/* The index of every value; `width` is that of the values, known to the compiler. 1: it pays; 0: it
 * does not; -1 and *err. */
static inline int values_index(dictionary *d, const plain_values *values, size_t width,
                               pkt_err *err)
{
    uint32_t *indices = (uint32_t *)(void *)d->indices.at;
    const uint8_t *at = values->at, *before = at;
    for (size_t i = 0; i < values->count; i++) {
        const size_t size = width ? width : pkt_plain_value_size(values, at);
        if (i > 0 && memcmp(at, before, size) == 0) { /* a text begins with its length */
            indices[i] = indices[i - 1];
            at += size;
            continue;
        }
        slot *s = slot_find(d, at, size, width);
        if (!s)
            return 0;
        indices[i] = s->index ? s->index - 1 : (uint32_t)d->count;
        if (!s->index) {
            if (is_full(d, i, values->count, size))
                return 0;
            if (value_add(d, s, at, size, err) != 0)
                return -1;
            const int got = 2 * d->count > (size_t)1 << d->bits ? slots_grow(d, width, err) : 1;
            if (got != 1)
                return got;
        }
        before = at;
        at += size;
    }
    return 1;
}

int pkt_dictionary_build(dictionary *d, const plain_values *values, bool *pays, pkt_err *err)
{
    d->values.size = d->indices.size = d->count = 0;
    *pays = false;
    if (slots_make(d, SLOT_BITS, err) != 0 ||
        pkt_buffer_reserve(&d->indices, values->count * sizeof(uint32_t), err) != 0)
        return -1;
    const int got = values->width == 4   ? values_index(d, values, 4, err)
                    : values->width == 8 ? values_index(d, values, 8, err)
                                         : values_index(d, values, 0, err);
    d->indices.size = values->count * sizeof(uint32_t);
    *pays = got == 1 && d->count > 0;
    return got < 0 ? -1 : 0;
}

plain_values pkt_dictionary_values(const dictionary *d, size_t width)
{
    return (plain_values){d->values.at, d->values.size, d->count, width};
}

/* The number of equal indices at the front. */
static size_t run_length(const uint32_t *indices, size_t count)
{
    size_t length = 1;
    while (length < count && indices[length] == indices[0])
        length++;
    return length;
}

/* Indices up to the next that begin a run, in whole groups unless they are the last ones. */
static size_t packed_length(const uint32_t *indices, size_t count)
{
    for (size_t i = 0; i < count; i += GROUP) {
        const size_t left = count - i;
        if (left >= RUN_MIN && run_length(indices + i, RUN_MIN) == RUN_MIN)
            return i;
    }
    return count;
}

static void packed_add(thrift *t, const uint32_t *indices, size_t count, unsigned width)
{
    uint64_t bits = 0;
    unsigned used = 0;
    const size_t groups = (count + GROUP - 1) / GROUP;
    thrift_varint(t, groups << 1 | 1);
    t->bad = t->bad || pkt_buffer_reserve(t->out, groups * width, t->err) != 0;
    for (size_t i = 0; i < groups * GROUP && !t->bad; i++) {
        bits |= (uint64_t)(i < count ? indices[i] : 0) << used;
        for (used += width; used >= 8; used -= 8, bits >>= 8)
            t->out->at[t->out->size++] = (uint8_t)bits;
    }
}

static void run_add(thrift *t, uint32_t index, size_t count, unsigned width)
{
    const uint8_t bytes[] = {(uint8_t)index, (uint8_t)(index >> 8), (uint8_t)(index >> 16)};
    thrift_varint(t, count << 1);
    thrift_add(t, bytes, (width + 7) / 8);
}

int pkt_dictionary_indices_add(const dictionary *d, pkt_buffer *out, pkt_err *err)
{
    thrift t = {.out = out, .err = err};
    const uint32_t *indices = (const uint32_t *)(const void *)d->indices.at;
    const size_t count = d->indices.size / sizeof *indices;
    unsigned width = 1;
    while ((size_t)1 << width < d->count)
        width++;
    thrift_add(&t, &(uint8_t){(uint8_t)width}, 1);
    for (size_t i = 0; i < count && !t.bad;) {
        size_t length = packed_length(indices + i, count - i);
        if (length) {
            packed_add(&t, indices + i, length, width);
        } else {
            length = run_length(indices + i, count - i);
            run_add(&t, indices[i], length, width);
        }
        i += length;
    }
    return t.bad ? -1 : 0;
}

void pkt_dictionary_free(dictionary *d)
{
    pkt_buffer_free(&d->values);
    pkt_buffer_free(&d->indices);
    pkt_buffer_free(&d->slots);
}
