/* What `pktbench info` says of a capture. */
#ifndef PKT_CAPTURE_INFO_H
#define PKT_CAPTURE_INFO_H

#include <jansson.h>

#include "parsers/core/undecoded.h"
#include "parsers/input/input.h"
#include "parsers/source/source.h"

/* Interfaces that are described; further ones are only counted, so that memory stays bounded. */
#define INFO_INTERFACES_MAX 4096u
/* A duplicate has the bytes of one of so many packets before it, as for `editcap -d`. */
enum { INFO_DUPLICATE_WINDOW = 4 };

typedef struct interface_info {
    pkt_interface interface;
    uint64_t section, packets;
} interface_info;

typedef struct packet_digest {
    uint64_t hash;
    uint32_t size;
} packet_digest;

typedef struct capture_info {
    const char *packing; /* the compression; NULL: none */
    pkt_format format;
    uint64_t bytes;    /* of the plain capture; before a fault, where its size is not known */
    uint64_t sections; /* of which are big-endian: */
    uint64_t big_endian;
    interface_info *interfaces; /* the caller's, INFO_INTERFACES_MAX */
    size_t described;
    uint64_t interfaces_total, section_first; /* total when the last section began */
    uint64_t packets, cap_bytes, wire_bytes;
    uint64_t timed;            /* packets that have a time: simple packet blocks have none */
    uint64_t replaced;         /* of them, those whose time does not fit: pkt_time_is_replaced() */
    uint64_t late;             /* packets earlier than the timed one before them */
    int64_t first_ns, last_ns; /* the earliest and the latest time */
    int64_t previous_ns;
    uint64_t duplicates;
    packet_digest recent[INFO_DUPLICATE_WINDOW]; /* of the packets before, a ring */
    pkt_batch *row;                              /* the caller's, for decoding */
    pkt_undecoded undecoded;                     /* sorted */
    pkt_err fault;                               /* code PKT_ERR_NONE: read to its end */
} capture_info;

/* Read the capture of `input`. 0; -1 and *err if its file header cannot be read. A fault behind it
 * is part of the answer. *info is zeroed but for `interfaces` and `row`. */
int capture_info_take(capture_info *info, pkt_input *input, pkt_err *err);

/* "little-endian", "big-endian" or "mixed". */
const char *info_byte_order(const capture_info *info);
/* "whole", "truncated", "limit" or "corrupt". */
const char *info_ending(const capture_info *info);
/* 2026-12-31T23:59:59.000000000Z */
void info_time_text(int64_t ns, char *text, size_t size);
double info_duration_s(const capture_info *info);
/* The unit of time: "10^-6 s". */
void info_resolution_text(uint8_t resolution, char text[16]);

/* As a table, to standard output. */
void info_print(const capture_info *info, const char *name);
/* As JSON; the caller owns it. */
json_t *info_json(const capture_info *info, const char *name);

#endif
