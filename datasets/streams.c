#include "datasets/streams.h"

#include <search.h>
#include <stdlib.h>

enum { TCP = 6, SYN = 0x02, ACK = 0x10 };

typedef struct end {
    uint64_t hi, lo;
    uint32_t port;
} end;

/* Who began, who answered; `began` and `answered` are the first sequence numbers, if known. */
typedef struct conversation {
    end from, to;
    uint8_t ip_version;
    bool tcp;
    uint32_t stream;
    bool reversed; /* the present stream was begun by `to` */
    bool from_known, to_known;
    uint32_t from_isn, to_isn;
} conversation;

#define COMPARE(a, b)                                                                              \
    if ((a) != (b))                                                                                \
    return (a) < (b) ? -1 : 1

static int end_order(const end *a, const end *b)
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
    int order = end_order(&a->from, &b->from);
    return order ? order : end_order(&a->to, &b->to);
}

static conversation *known(const stream_book *book, const conversation *wanted)
{
    void *found = tfind(wanted, &book->conversations, conversation_order);
    return found ? *(conversation **)found : NULL;
}

static conversation *added(stream_book *book, const conversation *wanted)
{
    conversation *made = malloc(sizeof *made);
    if (!made)
        return NULL;
    *made = *wanted;
    made->stream = made->tcp ? book->tcp++ : book->udp++;
    if (tsearch(made, &book->conversations, conversation_order))
        return made;
    free(made);
    return NULL;
}

/* A SYN that is not the one known from this end begins a stream; a SYN+ACK only says anew where the
 * end begins. */
static void syn(stream_book *book, conversation *c, const truth_row *tcp, bool back)
{
    bool *is_known = back ? &c->to_known : &c->from_known;
    uint32_t *isn = back ? &c->to_isn : &c->from_isn;
    if (!(tcp->tcp_flags & SYN) || !*is_known || *isn == tcp->tcp_seq)
        return;
    *isn = tcp->tcp_seq;
    if (tcp->tcp_flags & ACK)
        return;
    c->stream = book->tcp++;
    c->reversed = back;
    c->from_known = c->to_known = false;
}

/* Learn where both ends begin, from a segment whose length is known. */
static void learn(conversation *c, const truth_row *row, const truth_row *tcp, bool back)
{
    if (row->frag_off || (row->present & PKT_HAS_FRAG && row->ip_flags & 1) ||
        (row->verdict == PKT_BAD_LENGTH && row->l4_hlen >= 20))
        return;
    uint32_t own = tcp->tcp_seq - (tcp->tcp_flags & SYN ? 0 : 1), others = tcp->tcp_ack - 1;
    bool acks = tcp->tcp_flags & ACK;
    if (back ? !c->to_known : !c->from_known) {
        *(back ? &c->to_isn : &c->from_isn) = own;
        *(back ? &c->to_known : &c->from_known) = true;
    }
    if (acks && (back ? !c->from_known : !c->to_known)) {
        *(back ? &c->from_isn : &c->to_isn) = others;
        *(back ? &c->from_known : &c->to_known) = true;
    }
}

/* A host that talks to itself from a port to the same port has one direction only. */
int stream_book_enter(stream_book *book, truth_row *row, const truth_row *l4, pkt_err *err)
{
    if (!l4)
        return 0;
    conversation wanted = {.from = {row->src_hi, row->src_lo, l4->src_port},
                           .to = {row->dst_hi, row->dst_lo, l4->dst_port},
                           .ip_version = row->ip_version,
                           .tcp = row->ip_proto == TCP};
    conversation mirrored = wanted;
    mirrored.from = wanted.to;
    mirrored.to = wanted.from;
    conversation *c = known(book, &wanted);
    bool back = false;
    if (!c) {
        c = known(book, &mirrored);
        back = c != NULL;
    }
    if (!c)
        c = added(book, &wanted);
    if (!c)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for the truth's streams");
    if (c->tcp) {
        syn(book, c, l4, back);
        learn(c, row, l4, back);
    }
    row->stream = c->stream;
    row->stream_dir = back != c->reversed;
    row->present |= PKT_HAS_STREAM;
    return 0;
}

void stream_book_free(stream_book *book)
{
    tdestroy(book->conversations, free);
    *book = (stream_book){0};
}
