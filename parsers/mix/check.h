/* Is a mixture what its captures make, and does its truth say so? */
#ifndef PKT_MIX_CHECK_H
#define PKT_MIX_CHECK_H

#include <stdbool.h>

#include "parsers/util/notice.h"

typedef struct pkt_mix_finding {
    bool found;      /* a fault, and `text` names the first one */
    char text[1024]; /* one line */
    size_t captures;
    uint64_t packets;   /* that are right */
    uint64_t backwards; /* of these, those earlier than the packet before them in their capture */
} pkt_mix_finding;

/* Read the mixture, its truth and the captures that it names side by side: every packet of every
 * capture must be there once, in the order that was asked for, with its new time, its bytes but for
 * the addresses that were asked for, and its label. Nothing of the merge itself is used. 0, or -1
 * and *err, which names the file. */
int pkt_mix_check(const char *truth, const char *mixture, pkt_mix_finding *finding,
                  const pkt_notices *notices, pkt_err *err);

#endif
