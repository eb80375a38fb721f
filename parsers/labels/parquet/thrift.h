/* Reading as much of Thrift's compact protocol as Parquet's metadata need:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 * What does not fit in the bytes makes the reader bad; then all that it gives is 0. */
#ifndef PKT_THRIFT_READ_H
#define PKT_THRIFT_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    THRIFT_STOP = 0,
    THRIFT_TRUE = 1,
    THRIFT_FALSE = 2,
    THRIFT_BYTE = 3,
    THRIFT_I16 = 4,
    THRIFT_I32 = 5,
    THRIFT_I64 = 6,
    THRIFT_DOUBLE = 7,
    THRIFT_TEXT = 8,
    THRIFT_LIST = 9,
    THRIFT_SET = 10,
    THRIFT_MAP = 11,
    THRIFT_STRUCT = 12
};

typedef struct thrift_reader {
    const uint8_t *at, *end;
    bool bad;
} thrift_reader;

typedef struct thrift_text {
    const char *at;
    size_t size;
} thrift_text;

uint64_t pkt_thrift_varint(thrift_reader *r);
int64_t pkt_thrift_number(thrift_reader *r);
thrift_text pkt_thrift_text(thrift_reader *r);
/* The header of a list: how many elements follow. *type: of them. */
size_t pkt_thrift_list(thrift_reader *r, unsigned *type);
/* The header of the next field of a struct: its type, or THRIFT_STOP. *id: the field before, 0 at
 * first, then this one. */
unsigned pkt_thrift_field(thrift_reader *r, int *id);
/* Pass over a value of this type. */
void pkt_thrift_pass(thrift_reader *r, unsigned type);

#endif
