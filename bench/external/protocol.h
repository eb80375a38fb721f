/* Checks the answers of external programs by results/protocol.json. */
#ifndef PKT_PROTOCOL_H
#define PKT_PROTOCOL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Version of the protocol, which a description names. */
#define EXTERNAL_PROTOCOL 1

/* Does the answer, whose `ok` is true, fit the request `op`? If not, `why` has the reason. Not
 * thread-safe. */
bool protocol_check(const char *op, const json_t *answer, char *why, size_t size);

#endif
