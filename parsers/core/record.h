/* A packet record: what a source gives, and what the decoders take. */
#ifndef PKT_RECORD_H
#define PKT_RECORD_H

#include <stdbool.h>
#include <stdint.h>

/* `data` is valid until the source is read again or closed. */
typedef struct pkt_record {
    const uint8_t *data;
    int64_t ts_ns;              /* ns since 1970-01-01 UTC */
    uint32_t cap_len, wire_len; /* bytes; cap_len of them can be read at `data` */
    uint16_t link_type;         /* LINKTYPE_ number, see link_type.h for raw IP */
    uint64_t start, end;        /* byte offsets in the file of the whole record or block */
} pkt_record;

/* Was the time outside of what 64 bits of nanoseconds hold, 1677 to 2262? The readers replace it by
 * the first or the last of these. */
static inline bool pkt_time_is_replaced(int64_t ts_ns)
{
    return ts_ns == INT64_MAX || ts_ns == INT64_MIN;
}

#endif
