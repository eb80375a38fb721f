#include "datasets/traffic/conversation.h"

#include <limits.h>

#include "datasets/network.h"
#include "parsers/core/numbers.h"

void conversation_open(conversation *c, const script *script, host client, host server,
                       uint16_t source, random_state *random)
{
    const uint64_t r = random_next(random);
    *c = (conversation){.script = script,
                        .client = client,
                        .server = server,
                        .source = source,
                        .client_seq = (uint32_t)r,
                        .server_seq = (uint32_t)(r >> 32),
                        .id = (unsigned)random_below(random, 65536)};
}

static void segment_begin(conversation *c, frame *f, bool from_client, unsigned flags)
{
    /* MSS, SACK permitted, timestamp, window scale */
    static const uint8_t syn_options[20] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 1,
                                            2, 3, 0, 0,    0, 0, 1, 3,  3, 7};
    tcp_header header = {.source = from_client ? c->source : c->script->port,
                         .destination = from_client ? c->script->port : c->source,
                         .flags = (uint16_t)flags,
                         .window = from_client ? 64240 : 501,
                         .seq = from_client ? c->client_seq : c->server_seq,
                         .ack = flags & TCP_ACK ? from_client ? c->server_seq : c->client_seq : 0,
                         .options = syn_options,
                         .option_size = flags & TCP_SYN ? sizeof syn_options : 0};
    frame_begin(f);
    frame_between(f, from_client ? c->client : c->server, from_client ? c->server : c->client,
                  PROTO_TCP, 64, ++c->id & 0xffff);
    frame_tcp(f, &header);
}

static void segment_end(conversation *c, frame *f, bool from_client, unsigned flags)
{
    frame_end(f);
    const uint32_t advanced = f->truth.payload_len + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    if (from_client)
        c->client_seq += advanced;
    else
        c->server_seq += advanced;
}

static void empty_segment(conversation *c, frame *f, bool from_client, unsigned flags)
{
    segment_begin(c, f, from_client, flags);
    segment_end(c, f, from_client, flags);
}

static void data_segment(conversation *c, frame *f, random_state *random)
{
    const script *script = c->script;
    const bool from_client = script->from_client(c->segment);
    segment_begin(c, f, from_client, TCP_PSH | TCP_ACK);
    script->payload_put(f, random, c->segment);
    segment_end(c, f, from_client, TCP_PSH | TCP_ACK);
    c->ack_pending = script->ack_one_in && random_below(random, script->ack_one_in) == 0;
    c->ack_from_client = !from_client;
    if (script->segments != UINT_MAX)
        c->segment++;
}

bool conversation_next(conversation *c, frame *f, random_state *random)
{
    static const unsigned start[] = {TCP_SYN, TCP_SYN | TCP_ACK, TCP_ACK},
                          end[] = {TCP_FIN | TCP_ACK, TCP_FIN | TCP_ACK, TCP_ACK};
    if (c->step < 3) {
        empty_segment(c, f, c->step != 1, start[c->step]);
        c->step++;
    } else if (c->ack_pending) {
        empty_segment(c, f, c->ack_from_client, TCP_ACK);
        c->ack_pending = false;
    } else if (c->segment < c->script->segments) {
        data_segment(c, f, random);
    } else {
        const unsigned i = c->step++ - 3;
        empty_segment(c, f, i != 1, end[i]);
        return i < 2;
    }
    return true;
}
