/* Rights of this process: user, groups, Linux capabilities, no_new_privs. */
#ifndef PKT_RIGHTS_H
#define PKT_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "pktbench.h"

/* The user to run as. */
typedef struct pkt_user {
    const char *name; /* the caller's */
    uid_t uid;
    gid_t gid;
} pkt_user;

/* Find a user by its name. 0, or -1 and *err. */
int pkt_user_find(pkt_user *user, const char *name, pkt_err *err);

/* True if the program's file gave the process rights that its user does not have: the file is
 * setuid or setgid, or has file capabilities. */
bool pkt_rights_are_from_file(void);

/* Capabilities that root may keep: access to files of all users; performance counters; packet
 * sockets; of the first, reading alone. */
enum { PKT_RIGHT_FILES = 1, PKT_RIGHT_COUNTERS = 2, PKT_RIGHT_CAPTURE = 4, PKT_RIGHT_READING = 8 };

typedef struct pkt_rights {
    const pkt_user *user; /* run as this user from now on, which only root can; NULL: as the user
                           * who started the program */
    /* What root keeps, of the rights above; other users keep nothing. */
    unsigned keep;
    /* Drop PKT_RIGHT_FILES also from root if root can create files in this folder without it.
     * NULL: do not ask. */
    const char *folder;
} pkt_rights;

/* Drop all capabilities but what *rights keeps, leave a setuid or setgid program's user and group,
 * and set no_new_privs, so that no program that is started gets them back. Then check that they
 * are gone. Call it while the process has one thread. 0, or -1 and *err: the process may still have
 * rights and must not go on. */
int pkt_rights_drop(const pkt_rights *rights, pkt_err *err);

#endif
