/* Confinement of a process that parses packets: what a parser needs to read captures and write rows
 * stays possible; the rest is refused by the kernel. It cannot be undone, and child processes
 * inherit it. */
#ifndef PKT_CONFINE_H
#define PKT_CONFINE_H

/* seccomp: no program can be started, no socket created, no other process traced or its memory or
 * descriptors accessed by a system call, its limits or scheduling changed, its events counted or
 * sampled; no kernel object loaded or mounted; no process group can be left, no signal sent to the
 * parent process and its parent, no handler set for SIGSEGV, SIGBUS and SIGTRAP; these calls fail
 * with EACCES. It cannot refuse to open /proc/PID/mem. Landlock: no
 * file can be created or written outside of a folder; no process outside of it can be traced or its
 * memory accessed; no program can be started. */
enum { PKT_CONFINE_SECCOMP = 1, PKT_CONFINE_LANDLOCK = 2 };

/* Environment variable with a folder: `pktbench extract` confines itself as a worker does, and can
 * write in this folder only. Set by `bench`, which times such processes with code of others. */
#define PKT_CONFINE_VARIABLE "PKTBENCH_CONFINE"

/* Which of these the kernel offers. */
unsigned pkt_confine_available(void);
/* Refuse system calls in all threads. Returns PKT_CONFINE_SECCOMP, or 0 if it is not available. */
unsigned pkt_confine_calls(void);
/* pkt_confine_calls(), refuse to change mode, owner, times and attributes of every file (seccomp,
 * too), and restrict writing to the folder and /dev/null; the calling thread must be the only one.
 * Open files stay usable. Returns what is on. */
unsigned pkt_confine_worker(const char *folder);
/* "landlock+seccomp", "seccomp", "landlock" or "none". */
const char *pkt_confine_text(unsigned confinement);

#endif
