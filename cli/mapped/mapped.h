/* Backends that read a file by a mapping. */
#ifndef PKT_CLI_MAPPED_H
#define PKT_CLI_MAPPED_H

#include <stdbool.h>

#include "pktbench.h"

/* Does it read plain files so? */
bool mapped_reads(const pkt_backend *backend);
/* Let backends do it in this process and those that it forks: set the handler of SIGBUS, which
 * turns a file that became shorter into an error. false: a message was printed. */
bool mapped_allow(void);
/* Print a note if the capture, called `name`, is not read by a mapping all the same. */
void mapped_note(const pkt_capture *capture, const char *name);

#endif
