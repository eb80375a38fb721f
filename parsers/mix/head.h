/* The section header of a mixture: comments say what was mixed, and how. */
#ifndef PKT_MIX_HEAD_H
#define PKT_MIX_HEAD_H

#include "parsers/mix/origin.h"
#include "parsers/util/buffer.h"

/* Append the section header. 0, or -1 and *err. */
int pkt_mix_head_add(pkt_buffer *out, const pkt_mix_origins *origins, pkt_err *err);
/* Append the block of an interface of the origin. 0, or -1 and *err. */
int pkt_mix_interface_add(pkt_buffer *out, const pkt_mix_origin *origin, size_t number,
                          uint16_t link_type, uint32_t snaplen, pkt_err *err);

/* The maps that were read with a head: a list. */
typedef struct pkt_mix_maps {
    pkt_address_map map;
    struct pkt_mix_maps *next;
} pkt_mix_maps;

/* Read what pkt_mix_head_add() wrote at the start of the file. 0; or -1 and *err, with nothing to
 * close, of a file that is no mixture. */
int pkt_mix_head_read(const char *path, pkt_mix_origins *origins, pkt_mix_maps **maps,
                      pkt_err *err);
void pkt_mix_maps_close(pkt_mix_maps *maps);

#endif
