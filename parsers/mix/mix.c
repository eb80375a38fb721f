#include "parsers/mix/mix.h"

#include <inttypes.h>
#include <stdlib.h>

#include "parsers/core/containers.h"
#include "parsers/labels/truth.h"
#include "parsers/mix/head.h"
#include "parsers/mix/sorted.h"
#include "parsers/rows/digits.h"
#include "parsers/rows/escape.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"
#include "parsers/util/output_text.h"

enum { FLUSH_BYTES = 512 << 10 };

/* A capture, with the packet that it gives next. */
typedef struct lane {
    pkt_mix_feed *feed;
    pkt_mix_sorted *sorted; /* NULL: in the order of the capture */
    pkt_mix_packet packet;
    char *before, *after; /* of its lines in the truth: ",FILE," and ",LABEL\n"; owned */
    size_t before_size, after_size;
    pkt_buffer comment; /* what all comments of its packets begin with; empty: they get none */
} lane;

typedef struct mix {
    pkt_mix_origins *origins;
    pkt_mix_result *result;
    const char *path, *truth; /* for messages */
    lane *lanes;
    size_t *heap; /* lanes with a packet, that of the earliest one first */
    size_t heap_count;
    uint32_t interfaces; /* of the mixture, so far */
    int64_t last_ns;
    pkt_buffer out, text;
    FILE *out_file, *text_file;
} mix;

/* The packet of the lane into its place, 1, or 0 at the end; -1 and *err. */
static int lane_next(lane *l, pkt_err *err)
{
    return l->sorted ? pkt_mix_sorted_next(l->sorted, &l->packet, err)
                     : pkt_mix_feed_next(l->feed, &l->packet, err);
}

static bool is_before(const mix *m, size_t a, size_t b)
{
    const int64_t one = m->lanes[a].packet.ts_ns, other = m->lanes[b].packet.ts_ns;
    return one != other ? one < other : a < b;
}

/* The lane at `at` may be later than those below it. */
static void heap_sink(mix *m, size_t at)
{
    const size_t one = m->heap[at];
    for (size_t below = 2 * at + 1; below < m->heap_count; below = 2 * at + 1) {
        below += below + 1 < m->heap_count && is_before(m, m->heap[below + 1], m->heap[below]);
        if (!is_before(m, m->heap[below], one))
            break;
        m->heap[at] = m->heap[below];
        at = below;
    }
    m->heap[at] = one;
}

static int flush(pkt_buffer *bytes, FILE *file, const char *path, pkt_err *err)
{
    const size_t size = bytes->size;
    bytes->size = 0;
    if (!size || fwrite(bytes->at, 1, size, file) == size)
        return 0;
    pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    return pkt_err_about(err, path);
}

/* Number in the mixture of the packet's interface; its block is written at its first packet. */
static int interface_of(mix *m, size_t index, uint32_t *number, pkt_err *err)
{
    lane *l = &m->lanes[index];
    pkt_mix_interface *i = pkt_mix_feed_interface(l->feed, l->packet.interface);
    if (i->out < 0) {
        if (pkt_mix_interface_add(&m->out, &m->origins->at[index], i->number, i->link_type,
                                  i->snaplen, err) != 0)
            return -1;
        i->out = m->interfaces++;
    }
    *number = (uint32_t)i->out;
    return 0;
}

/* Bytes of the options of a packet of the lane, at most: a comment, and their end. */
static size_t options_room(const lane *l)
{
    enum { HEAD = 4, END = 4, NUMBER = 20, PAD = 3 };
    return l->comment.size ? HEAD + l->comment.size + NUMBER + PAD + END : 0;
}

/* Returns the end of the options. */
static uint8_t *options_put(const lane *l, uint8_t *at)
{
    if (!l->comment.size)
        return at;
    char *text = (char *)at + 4;
    memcpy(text, l->comment.at, l->comment.size);
    char *end = put_u64(text + l->comment.size, l->packet.number);
    const uint16_t head[] = {PCAPNG_OPTION_COMMENT, (uint16_t)(end - text)};
    memcpy(at, head, sizeof head);
    const size_t pad = (4 - (size_t)(end - text) % 4) % 4 + 4; /* and the end of options */
    memset(end, 0, pad);
    return (uint8_t *)end + pad;
}

static int packet_add(mix *m, size_t index, pkt_err *err)
{
    enum { FIXED = 28, END = 4 };
    const lane *l = &m->lanes[index];
    const pkt_mix_packet *p = &l->packet;
    const uint32_t pad = (4 - p->cap_len % 4) % 4;
    const uint64_t time = (uint64_t)p->ts_ns;
    uint32_t interface;
    if (interface_of(m, index, &interface, err) != 0 ||
        pkt_buffer_reserve(&m->out, FIXED + (size_t)p->cap_len + pad + options_room(l) + END,
                           err) != 0)
        return -1;
    uint8_t *at = m->out.at + m->out.size, *data = at + FIXED;
    if (p->cap_len)
        memcpy(data, p->data, p->cap_len);
    pkt_rewrite_packet(&m->origins->at[index].rewrite, p->link_type, data, p->cap_len);
    memset(data + p->cap_len, 0, pad);
    uint8_t *end = options_put(l, data + p->cap_len + pad);
    const uint32_t total = (uint32_t)(end + END - at);
    const uint32_t head[] = {PCAPNG_ENHANCED_PACKET, total,      interface,  (uint32_t)(time >> 32),
                             (uint32_t)time,         p->cap_len, p->wire_len};
    memcpy(at, head, sizeof head);
    memcpy(end, &total, sizeof total);
    m->out.size += total;
    return 0;
}

/* "NUMBER,FILE,NUMBER IN IT,LABEL" */
static int truth_add(mix *m, const lane *l, pkt_err *err)
{
    enum { NUMBERS = 2 * 20 };
    if (pkt_buffer_reserve(&m->text, l->before_size + l->after_size + NUMBERS, err) != 0)
        return -1;
    char *start = (char *)m->text.at + m->text.size, *at = put_u64(start, m->result->packets);
    memcpy(at, l->before, l->before_size);
    at = put_u64(at + l->before_size, l->packet.number);
    memcpy(at, l->after, l->after_size);
    m->text.size += (size_t)(at + l->after_size - start);
    return 0;
}

static int packet_write(mix *m, size_t index, pkt_err *err)
{
    lane *l = &m->lanes[index];
    m->result->backwards += m->result->packets > 0 && l->packet.ts_ns < m->last_ns;
    m->last_ns = l->packet.ts_ns;
    m->result->packets++;
    m->result->outcomes[index].packets++;
    if (packet_add(m, index, err) != 0 || truth_add(m, l, err) != 0)
        return -1;
    if (m->out.size >= FLUSH_BYTES && flush(&m->out, m->out_file, m->path, err) != 0)
        return -1;
    return m->text.size < FLUSH_BYTES ? 0 : flush(&m->text, m->text_file, m->truth, err);
}

static int heap_fill(mix *m, pkt_err *err)
{
    for (size_t i = 0; i < m->origins->count; i++) {
        const int got = lane_next(&m->lanes[i], err);
        if (got < 0)
            return -1;
        if (got > 0)
            m->heap[m->heap_count++] = i;
    }
    for (size_t at = m->heap_count; at-- > 0;)
        heap_sink(m, at);
    return 0;
}

static int merge(mix *m, pkt_err *err)
{
    static const char names[] = PKT_TRUTH_HEAD;
    if (pkt_mix_head_add(&m->out, m->origins, err) != 0 ||
        pkt_buffer_add(&m->text, names, strlen(names), err) != 0 || heap_fill(m, err) != 0)
        return -1;
    while (m->heap_count) {
        const size_t index = m->heap[0];
        if (packet_write(m, index, err) != 0)
            return -1;
        const int got = lane_next(&m->lanes[index], err);
        if (got < 0)
            return -1;
        if (got == 0)
            m->heap[0] = m->heap[--m->heap_count];
        if (m->heap_count)
            heap_sink(m, 0);
    }
    for (size_t i = 0; i < m->origins->count; i++) {
        const pkt_err *cut = pkt_mix_feed_cut(m->lanes[i].feed);
        m->result->outcomes[i].backwards = pkt_mix_feed_backwards(m->lanes[i].feed);
        if (cut)
            m->result->outcomes[i].cut = *cut;
    }
    if (flush(&m->out, m->out_file, m->path, err) != 0)
        return -1;
    return flush(&m->text, m->text_file, m->truth, err);
}

static bool is_of_group(const pkt_mix_origin *o, size_t group)
{
    return o->group == group;
}

/* Captures that move by themselves, too: what is asked of them does not change when they began. */
static bool is_of_operand(const pkt_mix_origin *o, size_t operand)
{
    return o->operand == operand;
}

/* The earliest first packet of the captures that `is_of` says. false: no packet. */
static bool start_of(const mix *m, bool (*is_of)(const pkt_mix_origin *, size_t), size_t which,
                     int64_t *start)
{
    bool found = false;
    for (size_t i = 0; i < m->origins->count; i++) {
        int64_t first;
        if (!is_of(&m->origins->at[i], which) || !pkt_mix_feed_first(m->lanes[i].feed, &first))
            continue;
        *start = found && *start < first ? *start : first;
        found = true;
    }
    return found;
}

/* When the origin's group begins in the mixture. `own`: when it does in its captures. */
static int start_find(const mix *m, const pkt_mix_origin *o, int64_t own, int64_t *start,
                      pkt_err *err)
{
    *start = o->shift == PKT_MIX_KEPT ? own : o->shift_ns;
    if (o->shift != PKT_MIX_AFTER)
        return 0;
    int64_t first;
    if (!start_of(m, is_of_operand, 0, &first)) {
        pkt_fail(err, PKT_ERR_FORMAT, PKT_POS_NONE,
                 "has no packet, so that nothing can begin after it: name another capture first");
        return pkt_err_about(err, m->origins->at[0].path);
    }
    if (!__builtin_add_overflow(first, o->shift_ns, start))
        return 0;
    return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "--shift: the time is after 2262");
}

static int times_set(mix *m, pkt_err *err)
{
    for (size_t i = 0; i < m->origins->count; i++) {
        pkt_mix_origin *o = &m->origins->at[i];
        if (start_of(m, is_of_group, o->group, &o->times.first) &&
            start_find(m, o, o->times.first, &o->times.start, err) != 0)
            return -1;
    }
    return 0;
}

/* The parts of a line in the truth that the lane's packets share. */
static int lane_texts(lane *l, const pkt_mix_origin *o, pkt_err *err)
{
    l->before = malloc(PKT_FORM_BYTES(strlen(o->path)) + 2);
    l->after = malloc(PKT_FORM_BYTES(strlen(o->label)) + 2);
    if (!l->before || !l->after)
        return pkt_fail_memory(err, "the truth");
    *l->before = *l->after = ',';
    char *end = pkt_text_csv(l->before + 1, o->path);
    *end++ = ',';
    l->before_size = (size_t)(end - l->before);
    end = pkt_text_csv(l->after + 1, o->label);
    *end++ = '\n';
    l->after_size = (size_t)(end - l->after);
    return 0;
}

/* "label LABEL\nfile FILE\npacket ", to which the number is added. */
static int comment_begin(lane *l, const pkt_mix_origin *o, pkt_err *err)
{
    enum { NUMBER = 20 };
    const struct {
        const char *key, *text;
    } lines[] = {{"label ", o->label}, {"\nfile ", o->path}, {"\npacket ", ""}};
    pkt_buffer *out = &l->comment;
    for (size_t i = *o->label ? 0 : 1; i < sizeof lines / sizeof lines[0]; i++) {
        const char *key = lines[i].key + (!out->size && *lines[i].key == '\n');
        const size_t size = strlen(lines[i].text);
        if (pkt_buffer_add(out, key, strlen(key), err) != 0 ||
            pkt_buffer_reserve(out, size * PKT_ESCAPE_MOST + 1, err) != 0)
            return -1;
        char *at = (char *)out->at + out->size;
        out->size += (size_t)(pkt_escape(at, lines[i].text, size) - at);
    }
    if (out->size + NUMBER <= UINT16_MAX)
        return 0;
    return pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE,
                    "the comment of a packet is longer than %d bytes: shorten the label",
                    (int)UINT16_MAX);
}

static int lanes_open(mix *m, pkt_err *err)
{
    const size_t count = m->origins->count;
    m->lanes = calloc(count, sizeof *m->lanes);
    m->heap = calloc(count, sizeof *m->heap);
    if (!m->lanes || !m->heap)
        return pkt_fail_memory(err, "captures");
    for (size_t i = 0; i < count; i++) {
        lane *l = &m->lanes[i];
        const pkt_mix_origin *o = &m->origins->at[i];
        l->feed = pkt_mix_feed_open(o, err);
        if (!l->feed || lane_texts(l, o, err) != 0 ||
            (m->origins->comments && comment_begin(l, o, err) != 0))
            return -1;
        if (m->origins->by_time &&
            !(l->sorted = pkt_mix_sorted_open(l->feed, o, PKT_MIX_SORT_BYTES / count, err)))
            return -1;
    }
    return times_set(m, err);
}

static void mix_close(mix *m)
{
    for (size_t i = 0; m->lanes && i < m->origins->count; i++) {
        pkt_mix_sorted_close(m->lanes[i].sorted);
        pkt_mix_feed_close(m->lanes[i].feed);
        free(m->lanes[i].before);
        free(m->lanes[i].after);
        pkt_buffer_free(&m->lanes[i].comment);
    }
    free(m->lanes);
    free(m->heap);
    pkt_buffer_free(&m->out);
    pkt_buffer_free(&m->text);
}

/* The captures are open: write both files. */
static int files_write(mix *m, pkt_err *err)
{
    pkt_atomic_file out, text;
    if (pkt_atomic_file_open(&out, m->path, err) != 0)
        return pkt_err_about(err, m->path);
    if (pkt_atomic_file_open(&text, m->truth, err) != 0) {
        pkt_atomic_file_abandon(&out);
        return pkt_err_about(err, m->truth);
    }
    m->out_file = out.file;
    m->text_file = text.file;
    if (merge(m, err) != 0) {
        pkt_atomic_file_abandon(&out);
        pkt_atomic_file_abandon(&text);
        return -1;
    }
    pkt_atomic_file *const files[] = {&out, &text};
    size_t failed;
    if (pkt_atomic_files_commit(files, 2, &failed, err) == 0)
        return 0;
    return pkt_err_about(err, failed ? m->truth : m->path);
}

int pkt_mix_write(pkt_mix_origins *origins, const char *path, const char *truth,
                  pkt_mix_result *result, pkt_err *err)
{
    mix m = {.origins = origins, .result = result, .path = path, .truth = truth};
    result->packets = result->backwards = 0;
    const int bad = lanes_open(&m, err) != 0 || files_write(&m, err) != 0;
    mix_close(&m);
    return bad ? -1 : 0;
}
