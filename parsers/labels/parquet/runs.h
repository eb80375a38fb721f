/* The hybrid of runs and packed bits that Parquet has for levels and indices:
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/ */
#ifndef PKT_PARQUET_RUNS_H
#define PKT_PARQUET_RUNS_H

#include "parsers/labels/parquet/thrift.h"

typedef struct parquet_runs {
    thrift_reader in;
    unsigned width; /* bits of a number, at most 32 */
    uint64_t left;  /* numbers of the run */
    bool packed;
    uint32_t number; /* of a run that is not packed */
    unsigned bit;    /* of a packed run: the next one, in the byte at in.at */
} parquet_runs;

/* Begin the next run. */
static inline void parquet_run_begin(parquet_runs *r)
{
    const uint64_t head = pkt_thrift_varint(&r->in), count = head >> 1;
    const size_t bytes = (r->width + 7) / 8, room = (size_t)(r->in.end - r->in.at);
    r->packed = head & 1;
    r->number = 0;
    r->bit = 0;
    if (r->packed) {
        r->left = count * 8;
        r->in.bad = r->in.bad || count > UINT32_MAX || count * r->width > room;
        return;
    }
    r->left = count;
    r->in.bad = r->in.bad || bytes > room;
    for (size_t i = 0; i < bytes && !r->in.bad; i++)
        r->number |= (uint32_t)*r->in.at++ << (8 * i);
}

/* The next number; 0 if the reader is bad. */
static inline uint32_t parquet_runs_next(parquet_runs *r)
{
    while (!r->left && !r->in.bad)
        parquet_run_begin(r);
    if (r->in.bad)
        return 0;
    r->left--;
    if (!r->packed)
        return r->number;
    uint32_t number = 0;
    for (unsigned i = 0; i < r->width; i++) {
        number |= (uint32_t)(*r->in.at >> r->bit & 1) << i;
        r->bit = (r->bit + 1) % 8;
        r->in.at += r->bit == 0;
    }
    return number;
}

#endif
