/* Descriptions that external parsers give of themselves. */
#ifndef PKT_DESCRIPTION_H
#define PKT_DESCRIPTION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Complete the description of a command, which fits results/protocol.json: the user's `name`, its
 * origin, and the columns by the names of the library, in which an address is two columns, with
 * `present`. false: a column is unknown; `why` has the reason. */
bool external_describe(json_t *description, const char *name, char *why, size_t size);

#endif
