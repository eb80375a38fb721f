/* Which outcomes make the exit status 1. */
#ifndef PKT_GATE_H
#define PKT_GATE_H

#include "client.h"

typedef struct gate {
    bool fails[STATUS_COUNT];
} gate;

/* A list of status names with commas. false: a message was printed. */
bool gate_parse(gate *gate, const char *list);
bool gate_fails(const gate *gate, run_status status);

#endif
