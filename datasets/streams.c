#include "datasets/streams.h"

#include <search.h>
#include <stdlib.h>

#include "parsers/core/numbers.h"

typedef struct endpoint {
    uint64_t hi, lo;
    uint32_t port;
} endpoint;

/* `from` sent the first packet. from_isn, to_isn: initial sequence numbers of the current stream.
 */
typedef struct conversation {
    endpoint from, to;
    uint8_t ip_version;
    bool tcp;
    uint32_t stream;
    bool reversed; /* `to` sent the first packet of the current stream */
    bool from_isn_known, to_isn_known;
    uint32_t from_isn, to_isn;
} conversation;

#define COMPARE(a, b)                                                                              \
    if ((a) != (b))                                                                                \
    return (a) < (b) ? -1 : 1

static int endpoint_order(const endpoint *a, const endpoint *b)
{
    COMPARE(a->hi, b->hi);
    COMPARE(a->lo, b->lo);
    COMPARE(a->port, b->port);
    return 0;
}

static int conversation_order(const void *left, const void *right)
{
    const conversation *a = left, *b = right;
    COMPARE(a->tcp, b->tcp);
    COMPARE(a->ip_version, b->ip_version);
    int order = endpoint_order(&a->from, &b->from);
    return order ? order : endpoint_order(&a->to, &b->to);
}

/* NULL: not in the table. */
static conversation *table_find(const stream_table *table, const conversation *key)
{
    void *found = tfind(key, &table->conversations, conversation_order);
    return found ? *(conversation **)found : NULL;
}

/* NULL: no memory. */
static conversation *table_add(stream_table *table, const conversation *key)
{
    conversation *c = malloc(sizeof *c);
    if (!c)
        return NULL;
    *c = *key;
    c->stream = c->tcp ? table->tcp++ : table->udp++;
    if (tsearch(c, &table->conversations, conversation_order))
        return c;
    free(c);
    return NULL;
}

/* A SYN with another initial sequence number starts a new stream. A SYN+ACK only replaces the
 * initial sequence number of its sender. */
static void syn_process(stream_table *table, conversation *c, const truth_row *tcp, bool back)
{
    bool *known = back ? &c->to_isn_known : &c->from_isn_known;
    uint32_t *isn = back ? &c->to_isn : &c->from_isn;
    if (!(tcp->tcp_flags & TCP_SYN) || !*known || *isn == tcp->tcp_seq)
        return;
    *isn = tcp->tcp_seq;
    if (tcp->tcp_flags & TCP_ACK)
        return;
    c->stream = table->tcp++;
    c->reversed = back;
    c->from_isn_known = c->to_isn_known = false;
}

/* Store initial sequence numbers that are unknown, if the segment's length is known. */
static void isn_store(conversation *c, const truth_row *row, const truth_row *tcp, bool back)
{
    if (row->frag_off || (row->present & PKT_HAS_FRAG && row->ip_flags & 1) ||
        (row->verdict == PKT_BAD_LENGTH && row->l4_hlen >= 20))
        return;
    uint32_t sender_isn = tcp->tcp_seq - (tcp->tcp_flags & TCP_SYN ? 0 : 1);
    uint32_t receiver_isn = tcp->tcp_ack - 1;
    bool acks = tcp->tcp_flags & TCP_ACK;
    if (back ? !c->to_isn_known : !c->from_isn_known) {
        *(back ? &c->to_isn : &c->from_isn) = sender_isn;
        *(back ? &c->to_isn_known : &c->from_isn_known) = true;
    }
    if (acks && (back ? !c->from_isn_known : !c->to_isn_known)) {
        *(back ? &c->from_isn : &c->to_isn) = receiver_isn;
        *(back ? &c->from_isn_known : &c->to_isn_known) = true;
    }
}

/* Packets with equal source and destination (address and port) all count as forward. */
int stream_table_number(stream_table *table, truth_row *row, const truth_row *l4, pkt_err *err)
{
    if (!l4)
        return 0;
    conversation key = {.from = {row->src_hi, row->src_lo, l4->src_port},
                        .to = {row->dst_hi, row->dst_lo, l4->dst_port},
                        .ip_version = row->ip_version,
                        .tcp = row->ip_proto == PROTO_TCP};
    conversation reversed_key = key;
    reversed_key.from = key.to;
    reversed_key.to = key.from;
    conversation *c = table_find(table, &key);
    bool back = false;
    if (!c) {
        c = table_find(table, &reversed_key);
        back = c != NULL;
    }
    if (!c)
        c = table_add(table, &key);
    if (!c)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for the truth's streams");
    if (c->tcp) {
        syn_process(table, c, l4, back);
        isn_store(c, row, l4, back);
    }
    row->stream = c->stream;
    row->stream_dir = back != c->reversed;
    row->present |= PKT_HAS_STREAM;
    return 0;
}

void stream_table_free(stream_table *table)
{
    tdestroy(table->conversations, free);
    *table = (stream_table){0};
}
