/* Checks JSON by a JSON schema (draft 2020-12), and says where it first differs.
 *
 * Known keywords: type, const, enum, properties, additionalProperties, propertyNames, required,
 * items, minItems, maxItems, minimum, exclusiveMinimum, maximum, maxLength, anyOf and oneOf whose
 * alternatives have different types, and $ref within the schema. Of this project: x-unique (the
 * member whose text differs in all elements of a list), x-ordered (the member whose number never
 * falls from element to element). Others are not looked at, nor are members that the schema does
 * not know. */
#ifndef PKT_SCHEMA_H
#define PKT_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes of a text where the schema has no maxLength, and absolute value of a number, at most. */
#define SCHEMA_TEXT_BYTES ((size_t)65536)
#define SCHEMA_NUMBER_MAX 1e18

/* results/schema.json, as text. */
extern const char results_schema_text[];
/* results/protocol.json: the protocol of external programs. */
extern const char protocol_schema_text[];

/* Does `value` fit? If not, `why` has the place as a JSON pointer (RFC 6901) and what is wrong. */
bool schema_check(const json_t *schema, const json_t *value, char *why, size_t size);

#endif
