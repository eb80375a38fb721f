/* The parts of `pktbench mix`. */
#ifndef PKT_MIXING_H
#define PKT_MIXING_H

#include "cli/command.h"
#include "parsers/mix/mix.h"

/* A map of the command line, which may be used for several captures. */
typedef struct mixing_map {
    pkt_address_map map;
    const char *option, *text; /* as given */
} mixing_map;

/* An operand, or the file of --label: its captures are moved together. */
typedef struct mixing_group {
    const char *name;  /* as given */
    const char *label; /* not ended by a 0 */
    size_t label_size;
} mixing_group;

typedef struct mixing {
    pkt_mix_origins origins;
    mixing_group *groups; /* owned */
    size_t group_count;   /* of the command line; captures may get more */
    size_t groups_used;
    mixing_map maps[MAX_REPEATED];
    size_t map_count;
    pkt_mix_output to;
    char *truth; /* owned: of `to` */
} mixing;

/* Fill *m from the command line. false: a message was printed. mixing_close() in any case. */
bool mixing_read(mixing *m, const arguments *arguments);
void mixing_close(mixing *m);

/* --shift, --rate, --map-ip and --map-mac, when the captures are known. false: a message was
 * printed. */
bool mixing_changes_read(mixing *m, const arguments *arguments);

#endif
