/* The file of a changed slice: shared by the parts of altered_slice.h. */
#ifndef PKT_ALTERED_FILE_H
#define PKT_ALTERED_FILE_H

#include "bench/canary/free_fields.h"
#include "bench/input/suite.h"

/* Bytes of a record that changes places, at most. */
#define SWAP_BYTES 65536

/* A packet in the file, and what may be changed in it. */
typedef struct packet_place {
    uint32_t time;       /* offset of the least significant byte of its time; 0: none */
    uint32_t start, end; /* offsets of its record or block */
    uint32_t data, length;
    field_places fields;
    bool free;     /* its free fields may be changed */
    bool joins;    /* TCP or UDP: it may be moved to another stream */
    bool fragment; /* of an IPv4 datagram */
} packet_place;

/* Random numbers of the kernel, some at a time. Those of random_state can be computed from a few
 * earlier ones: what a plug-in sees of the changes must not tell it the next ones. */
typedef struct secret_random {
    uint64_t numbers[32]; /* so many bytes getrandom(2) gives without interruption */
    size_t left;
} secret_random;

typedef struct altered_slice {
    secret_random random;
    const suite_slice *slice;
    int fd;            /* of the file; -1: closed */
    uint8_t *file;     /* the shared mapping */
    uint8_t *original; /* its bytes before any change */
    size_t size;
    packet_place *places;
    uint64_t packets;
    /* Of the original, by raw; and the columns that changes reach: at headers, flows, app. */
    uint64_t digest[3][PKT_COLUMN_COUNT];
    pkt_column_set reach[3];
    pkt_batch *batch;
    uint8_t *column;  /* cells of one column */
    uint8_t *swapped; /* SWAP_BYTES */
} altered_slice;

#endif
