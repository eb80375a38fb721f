/* A TCP connection that follows a script: handshake, turns, end. */
#ifndef PKT_CONVERSATION_H
#define PKT_CONVERSATION_H

#include "datasets/frame.h"

typedef struct script {
    uint16_t port;   /* of the server */
    unsigned turns;  /* segments with data; UINT_MAX: it goes on for ever */
    unsigned ack_in; /* one of so many of them is acknowledged by a segment of its own; 0: none */
    bool (*from_client)(unsigned turn);
    void (*say)(frame *f, random_state *random, unsigned turn);
} script;

typedef struct conversation {
    const script *script; /* NULL: nobody is connected */
    host client, server;
    uint16_t source;
    uint32_t client_seq, server_seq;
    unsigned step, turn, id;
    bool owed; /* an acknowledgement, */
    bool owed_by_client;
} conversation;

void conversation_open(conversation *c, const script *script, host client, host server,
                       uint16_t source, random_state *random);
/* Build the next segment, whole. False: it was the last one. */
bool conversation_next(conversation *c, frame *f, random_state *random);

#endif
