/* A packet record: what a source gives, and what the decoders take. */
#ifndef PKT_RECORD_H
#define PKT_RECORD_H

#include <stdint.h>

/* `data` is valid until the source is read again or closed. */
typedef struct pkt_record {
    const uint8_t *data;
    int64_t ts_ns;              /* ns since 1970-01-01 UTC */
    uint32_t cap_len, wire_len; /* bytes; cap_len of them can be read at `data` */
    uint16_t link_type;         /* LINKTYPE_ number, see link_type.h for raw IP */
    uint64_t start, end;        /* byte offsets in the file of the whole record or block */
} pkt_record;

#endif
