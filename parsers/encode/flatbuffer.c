#include "parsers/encode/flatbuffer.h"

/* `size` bytes in front of those that are there, so that they begin aligned once `more` bytes stand
 * in front of them. NULL if there is no room. */
static uint8_t *front(flatbuffer *fb, size_t size, size_t align, size_t more)
{
    size_t pad = (align - (fb->used + size + more) % align) % align;
    if (fb->widest < align)
        fb->widest = align;
    if (fb->full || sizeof fb->bytes - fb->used < pad + size) {
        fb->full = 1;
        return NULL;
    }
    fb->used += pad + size; /* padding is 0: the buffer was cleared */
    return fb->bytes + sizeof fb->bytes - fb->used;
}

static void little_put(uint8_t *at, uint64_t value, size_t size)
{
    for (size_t i = 0; at && i < size; i++)
        at[i] = (uint8_t)(value >> 8 * i);
}

static void number_put(flatbuffer *fb, uint64_t value, size_t size)
{
    little_put(front(fb, size, size, 0), value, size);
}

/* A reference is the distance to what it refers to. */
static void reference_put(flatbuffer *fb, size_t position)
{
    uint8_t *at = front(fb, 4, 4, 0);
    little_put(at, fb->used - position, 4);
}

void pkt_flatbuffer_begin(flatbuffer *fb)
{
    memset(fb, 0, sizeof *fb);
    fb->widest = 1;
}

const uint8_t *pkt_flatbuffer_finish(flatbuffer *fb, size_t root, size_t *size)
{
    (void)front(fb, 0, 8, 4);
    reference_put(fb, root);
    *size = fb->used;
    return fb->full ? NULL : fb->bytes + sizeof fb->bytes - fb->used;
}

size_t pkt_flatbuffer_string(flatbuffer *fb, const char *text, size_t size)
{
    uint8_t *at = front(fb, size + 1, 1, 0);
    size_t pad = (4 - fb->used % 4) % 4;
    /* The 0 at its end and the padding stand behind the text. */
    if (at && front(fb, pad, 1, 0)) {
        at -= pad;
        memcpy(at, text, size);
        memset(at + size, 0, pad + 1);
    }
    number_put(fb, size, 4);
    return fb->used;
}

size_t pkt_flatbuffer_references(flatbuffer *fb, const size_t *positions, size_t count)
{
    (void)front(fb, 0, 4, 0);
    for (size_t i = count; i-- > 0;)
        reference_put(fb, positions[i]);
    number_put(fb, count, 4);
    return fb->used;
}

size_t pkt_flatbuffer_structs(flatbuffer *fb, const int64_t *numbers, size_t count, size_t width)
{
    (void)front(fb, 0, 8, 0);
    for (size_t i = count * width; i-- > 0;)
        number_put(fb, (uint64_t)numbers[i], 8);
    number_put(fb, count, 4);
    return fb->used;
}

void pkt_flatbuffer_table(flatbuffer *fb)
{
    fb->table = fb->used;
    fb->slot_count = 0;
    memset(fb->slots, 0, sizeof fb->slots);
}

static void slot_set(flatbuffer *fb, size_t slot)
{
    fb->slots[slot] = fb->used;
    if (fb->slot_count <= slot)
        fb->slot_count = slot + 1;
}

void pkt_flatbuffer_number(flatbuffer *fb, size_t slot, size_t size, uint64_t value)
{
    number_put(fb, value, size);
    slot_set(fb, slot);
}

void pkt_flatbuffer_reference(flatbuffer *fb, size_t slot, size_t position)
{
    reference_put(fb, position);
    slot_set(fb, slot);
}

/* In front of the table goes its vtable: its own size, the table's, and where each slot is. */
size_t pkt_flatbuffer_end(flatbuffer *fb)
{
    number_put(fb, 0, 4); /* where the vtable is: known below */
    const size_t table = fb->used, vtable_size = 4 + 2 * fb->slot_count;
    uint8_t *start = fb->bytes + sizeof fb->bytes - table;
    for (size_t i = fb->slot_count; i-- > 0;)
        number_put(fb, fb->slots[i] ? table - fb->slots[i] : 0, 2);
    number_put(fb, table - fb->table, 2);
    number_put(fb, vtable_size, 2);
    if (!fb->full)
        little_put(start, fb->used - table, 4);
    return table;
}
