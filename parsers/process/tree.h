/* Processes below a process: its threads, its children, their memory and processor time. From
 * /proc; needs CONFIG_PROC_CHILDREN, without which no children are seen. */
#ifndef PKT_TREE_H
#define PKT_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* More threads and children of one process are not looked at. */
enum { PKT_TREE_WIDTH = 256 };

/* Ids of the threads of a process, at most `room`. Returns their number; 0 if it has ended. */
size_t pkt_tree_threads(pid_t pid, pid_t *threads, size_t room);
/* Ids of the children of a process, of all its threads, at most `room`. Returns their number. */
size_t pkt_tree_children(pid_t pid, pid_t *children, size_t room);
/* Is it there, and has it not ended? One that ended and is not waited for is still there. */
bool pkt_tree_is_running(pid_t pid);
/* Its parent; 0: there is none to be seen. */
pid_t pkt_tree_parent(pid_t pid);
/* Resident memory in bytes of a process and all processes below it. Pages that they share count in
 * each of them. */
uint64_t pkt_tree_rss(pid_t pid);
/* Processor time of a process and all processes below it, in nanoseconds, as pkt_cpu_time_ns(). */
double pkt_tree_cpu_ns(pid_t pid);

#endif
