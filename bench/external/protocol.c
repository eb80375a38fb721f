#include "bench/external/protocol.h"

#include <stdio.h>
#include <string.h>

#include "results/schema.h"

/* results/protocol.json, parsed once; the process's end frees it. */
static const json_t *definitions(void)
{
    static json_t *schema;
    if (!schema)
        schema = json_loads(protocol_schema_text, 0, NULL);
    return json_object_get(schema, "$defs");
}

bool protocol_check(const char *op, const json_t *answer, char *why, size_t size)
{
    char name[64];
    const json_t *version = json_object_get(answer, "protocol");
    if (strcmp(op, "describe") == 0 && json_is_integer(version) &&
        json_integer_value(version) != EXTERNAL_PROTOCOL) {
        (void)snprintf(why, size, "it speaks version %lld of the protocol; this pktbench speaks %d",
                       (long long)json_integer_value(version), EXTERNAL_PROTOCOL);
        return false;
    }
    (void)snprintf(name, sizeof name, "%s_answer", op);
    const json_t *schema = json_object_get(definitions(), name);
    return !schema || schema_check(schema, answer, why, size);
}
