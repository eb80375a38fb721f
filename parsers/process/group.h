/* Process groups of the programs that this process starts.
 *
 * A program is the leader of a session and process group, so that what it starts can be ended with
 * it. SIGINT, SIGTERM, SIGHUP and SIGQUIT end the groups, and what has left them, together with
 * this process; the leaders end with it in any case. Processes that have left their group become
 * children of this process, and are found as such. For processes with one thread. */
#ifndef PKT_GROUP_H
#define PKT_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

/* Make orphaned descendants children of this process. pkt_group_fork() does it, too. */
void pkt_orphans_adopt(void);

/* As fork(); the child leads a group of its own and gets SIGKILL when this process ends. Each must
 * be ended by pkt_group_end(). -1 also if there are too many groups. */
pid_t pkt_group_fork(void);
/* The same with a process between: *leader, of the group, adopts what the child starts and leaves,
 * and ends after the child, as it has ended. So each child can be told whose such a process is.
 * *leader must be ended by pkt_group_end(). -1: neither is there. */
pid_t pkt_group_fork_adopted(pid_t *leader);
/* Has the leader ended? It is not waited for. */
bool pkt_group_has_ended(pid_t leader);
/* Wait at most `seconds` for the leader to end. Then kill what is left of the group, and the
 * orphans. true: it has ended by itself. *status and *usage are as those of wait4(); `usage` may be
 * NULL. */
bool pkt_group_end(pid_t leader, double seconds, int *status, struct rusage *usage);

/* A child of this process that is no orphan and not ended with it. 0, or -1 if there are too many
 * groups. */
int pkt_group_spare(pid_t child);
/* Remove it from the list, after its end. */
void pkt_group_forget(pid_t child);

/* Has this process a child that is not in the list of groups? */
bool pkt_orphans_exist(void);
/* Kill these children. */
void pkt_orphans_kill(void);

/* Close this descriptor and those above it: close_range() is in glibc since 2.34 only, in Linux
 * since 5.9. */
void pkt_descriptors_close(unsigned first);

#endif
