/* Run this program, and measure the process. */
#ifndef PKT_COMMAND_RUN_H
#define PKT_COMMAND_RUN_H

#include <stdbool.h>

typedef struct command_run {
    double wall_s, cpu_s;  /* of the whole process */
    double peak_rss_bytes; /* at least that of this process when it started the other one */
    int status;            /* exit status; -1: killed by a signal */
} command_run;

/* Run `pktbench` with these arguments, which end with NULL, and wait for it. Standard output is
 * discarded; standard error too if `quiet`. false: it cannot be started; errno is set. */
bool command_execute(const char *const *arguments, bool quiet, command_run *run);

#endif
