/* What the traffic is made of, in slices of the results. */
#ifndef PKT_TRAFFIC_MIX_H
#define PKT_TRAFFIC_MIX_H

#include "pktbench.h"
#include "report/choose/request.h"

/* Shares of the slices: "NAME=SHARE,..." or "NAME=PERCENT%,...", which add up to 1 within 0.011.
 * 0, or -1 and *err. */
int traffic_mix_read(const json_t *results, const char *text, choose_request *w, pkt_err *err);
/* The same share for every slice. */
void traffic_mix_even(const json_t *results, choose_request *w);
/* The slices whose mean frames are nearest to this one. */
void traffic_mix_by_frame(const json_t *results, double mean_frame, choose_request *w);

#endif
