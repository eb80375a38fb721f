/* Points in time, as people write them. */
#ifndef PKT_INSTANT_H
#define PKT_INSTANT_H

#include <stdbool.h>
#include <stdint.h>

/* ISO 8601 in UTC ("2026-05-04", "2026-05-04T12:00:00.5Z"), or seconds since 1970
 * ("1777896000.25"), in nanoseconds since 1970. false: *why says why it is none, or is left as it
 * is. */
bool instant_parse(const char *text, int64_t *ns, const char **why);

#endif
