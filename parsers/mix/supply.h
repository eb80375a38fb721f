/* The packets that a capture must have in a mixture, each asked for by its number, once. */
#ifndef PKT_MIX_SUPPLY_H
#define PKT_MIX_SUPPLY_H

#include "parsers/mix/feed.h"
#include "parsers/util/buffer.h"

typedef struct pkt_mix_supply pkt_mix_supply;

/* As it must be in the mixture. `bytes` is owned: pkt_buffer_free(). */
typedef struct pkt_mix_expected {
    pkt_mix_packet packet; /* its `data` is in `bytes` */
    pkt_buffer bytes;
} pkt_mix_expected;

typedef enum pkt_mix_supplied {
    PKT_SUPPLY_FAILED = -1, /* *err */
    PKT_SUPPLY_FOUND,
    PKT_SUPPLY_AGAIN, /* it was asked for before */
    PKT_SUPPLY_GAP,   /* one before it was not asked for: pkt_mix_supply_missing() */
    PKT_SUPPLY_NONE   /* the capture has no such packet */
} pkt_mix_supplied;

/* `by_time`: numbers may come out of order, as far as mix can put packets in order. *origin must
 * stay where it is. NULL and *err. */
pkt_mix_supply *pkt_mix_supply_open(pkt_mix_origin *origin, bool by_time, pkt_err *err);
pkt_mix_supplied pkt_mix_supply_take(pkt_mix_supply *supply, uint64_t number,
                                     pkt_mix_expected *expected, pkt_err *err);
/* An interface of an expected packet. Its `out` is for the user of the supply, and -1 at first. */
pkt_mix_interface *pkt_mix_supply_interface(pkt_mix_supply *supply, size_t index);
/* The first packet that was passed over; 0: none. With `before_ns`, only if it is earlier than
 * that. */
uint64_t pkt_mix_supply_missing(const pkt_mix_supply *supply, const int64_t *before_ns);
/* All were asked for: is there one more? 1: its number; 0: none; -1 and *err. */
int pkt_mix_supply_rest(pkt_mix_supply *supply, uint64_t *number, pkt_err *err);
uint64_t pkt_mix_supply_backwards(const pkt_mix_supply *supply);
const pkt_err *pkt_mix_supply_cut(const pkt_mix_supply *supply);
void pkt_mix_supply_close(pkt_mix_supply *supply);

#endif
