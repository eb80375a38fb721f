/* A TCP connection that follows a script: handshake, data segments, FIN. */
#ifndef PKT_CONVERSATION_H
#define PKT_CONVERSATION_H

#include "datasets/frame.h"

typedef struct script {
    uint16_t port;       /* of the server */
    unsigned segments;   /* number of data segments; UINT_MAX: no end */
    unsigned ack_one_in; /* one data segment in this many gets a separate ACK; 0: none */
    bool (*from_client)(unsigned segment); /* true: the client sends this data segment */
    void (*payload_put)(frame *f, random_state *random, unsigned segment);
} script;

typedef struct conversation {
    const script *script; /* NULL: no connection */
    host client, server;
    uint16_t source;
    uint32_t client_seq, server_seq;
    unsigned step, segment, id;
    bool ack_pending, ack_from_client; /* the next segment is an ACK; its sender */
} conversation;

void conversation_open(conversation *c, const script *script, host client, host server,
                       uint16_t source, random_state *random);
/* Build the next segment, up to frame_end(). False: it was the last one. */
bool conversation_next(conversation *c, frame *f, random_state *random);

#endif
