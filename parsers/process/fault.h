/* Accesses to mapped files that the kernel answers with SIGBUS. */
#ifndef PKT_PROCESS_FAULT_H
#define PKT_PROCESS_FAULT_H

#include <stdbool.h>

#include "pktbench.h"

/* Set the handler of SIGBUS for this process and those that it forks. `repair` makes the address of
 * such an access readable, and is async-signal-safe; if it returns false, the process ends as it
 * would without a handler. 0, or -1 and *err. */
int pkt_fault_guard(bool (*repair)(const void *address), pkt_err *err);

#endif
