/* The values of a flow record. */
#ifndef PKT_FEATURES_RECORDS_H
#define PKT_FEATURES_RECORDS_H

#include "parsers/features/set.h"

/* Why a record ended. */
typedef enum record_end {
    RECORD_FIN,
    RECORD_RST,
    RECORD_IDLE,
    RECORD_ACTIVE,
    RECORD_EVICTED,
    RECORD_END,
    RECORD_ENDS
} record_end;

/* Only int64_t: a column refers to its value by offset. */
typedef struct record_row {
    int64_t last;                 /* time of the latest packet, ns */
    int64_t packets[2], bytes[2]; /* forward, backward */
    int64_t reason;               /* a record_end */
} record_row;

#endif
