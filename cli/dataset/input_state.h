/* What a capture's file was when its rows were written. */
#ifndef PKT_INPUT_STATE_H
#define PKT_INPUT_STATE_H

#include <stdbool.h>

#include "pktbench.h"

typedef struct input_state {
    uint64_t bytes, inode;
    int64_t modified_ns;
    char xxh3[17]; /* XXH3-64 of its bytes, hexadecimal; "": it was not read */
} input_state;

/* Look at the file, without reading it. 0; or -1 and *err, also of what is no regular file: its
 * bytes come once. */
int input_state_look(input_state *state, const char *path, pkt_err *err);
/* Read it for the digest. 0, or -1 and *err. */
int input_state_digest(input_state *state, const char *path, pkt_err *err);
/* Was nothing written to the file between two looks, as far as they can tell? */
bool input_state_same(const input_state *one, const input_state *other);

#endif
