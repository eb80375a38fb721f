/* Processor time of another process. */
#ifndef PKT_CPU_TIME_H
#define PKT_CPU_TIME_H

#include <sys/types.h>

/* Processor time of a process: all its threads, and its ended children (proc(5), stat), in
 * nanoseconds. That of the children has the resolution of sysconf(_SC_CLK_TCK). 0 for a process
 * that is not there. */
double pkt_cpu_time_ns(pid_t pid);

#endif
