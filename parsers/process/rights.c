#include "parsers/process/rights.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/capability.h of Linux 5.8; older headers do not have it. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif

#define CAPABILITY(number) (UINT64_C(1) << (number))
/* CAP_CHOWN and CAP_FOWNER: an output that replaces a file keeps its owner and mode. */
#define FILES_CAPABILITIES                                                                         \
    (CAPABILITY(CAP_CHOWN) | CAPABILITY(CAP_DAC_OVERRIDE) | CAPABILITY(CAP_DAC_READ_SEARCH) |      \
     CAPABILITY(CAP_FOWNER))

int pkt_user_find(pkt_user *user, const char *name, pkt_err *err)
{
    errno = 0;
    const struct passwd *entry = getpwnam(name);
    if (!entry)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%s",
                        errno ? strerror(errno) : "no such user");
    *user = (pkt_user){.name = name, .uid = entry->pw_uid, .gid = entry->pw_gid};
    return 0;
}

bool pkt_rights_are_from_file(void)
{
    return getauxval(AT_SECURE) != 0;
}

/* The system calls themselves: libcap would be one more library for two calls. */
static int capabilities_get(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (syscall(SYS_capget, &header, data) != 0)
        return -1;
    *effective = data[0].effective | (uint64_t)data[1].effective << 32;
    *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    *inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

static int capabilities_set(uint64_t effective, uint64_t permitted)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
        {.effective = (uint32_t)effective, .permitted = (uint32_t)permitted},
        {.effective = (uint32_t)(effective >> 32), .permitted = (uint32_t)(permitted >> 32)}};
    return (int)syscall(SYS_capset, &header, data);
}

static int drop_fail(const char *operation, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot give up rights: %s: %s", operation,
                    strerror(errno));
}

/* What no later program can get. Without CAP_SETPCAP the bounding set stays; then no_new_privs is
 * what keeps it from having an effect. */
static void inherited_drop(uint64_t keep)
{
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
        if (!(i < 64 && keep & CAPABILITY(i)) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) != 0)
            break;
}

/* Are these the only user and group of the process? */
static bool ids_are(uid_t uid, gid_t gid)
{
    uid_t users[3];
    gid_t groups[3];
    if (getresuid(&users[0], &users[1], &users[2]) != 0 ||
        getresgid(&groups[0], &groups[1], &groups[2]) != 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (users[i] != uid || groups[i] != gid)
            return false;
    return true;
}

/* Become the user for good. In a user namespace, the ids of the process may have no names, and
 * cannot be set, not even to what they are. */
static int user_set(const pkt_user *user, uid_t uid, gid_t gid, pkt_err *err)
{
    if (!user && ids_are(uid, gid))
        return 0;
    if (user && initgroups(user->name, user->gid) != 0)
        return drop_fail("initgroups", err);
    if (setresgid(gid, gid, gid) != 0)
        return drop_fail("setresgid", err);
    return setresuid(uid, uid, uid) == 0 ? 0 : drop_fail("setresuid", err);
}

/* Can a file be created in the folder without the capabilities of `permitted`? */
static bool folder_is_writable(const char *folder, uint64_t permitted)
{
    return capabilities_set(0, permitted) == 0 &&
           faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0;
}

/* The capabilities to keep, of those that the process has. */
static uint64_t kept(const pkt_rights *rights, uint64_t permitted)
{
    uint64_t keep = rights->keep & PKT_RIGHT_COUNTERS ? CAPABILITY(CAP_PERFMON) : 0;
    if (rights->keep & PKT_RIGHT_CAPTURE)
        keep |= CAPABILITY(CAP_NET_RAW);
    if (rights->user || getuid() != 0)
        return 0;
    if (rights->keep & PKT_RIGHT_FILES)
        keep |= FILES_CAPABILITIES;
    if (rights->keep & PKT_RIGHT_READING)
        keep |= CAPABILITY(CAP_DAC_READ_SEARCH);
    return keep & permitted;
}

static int drop_check(uid_t uid, gid_t gid, uint64_t keep, pkt_err *err)
{
    uint64_t effective, permitted, inheritable;
    if (capabilities_get(&effective, &permitted, &inheritable) != 0)
        return drop_fail("capget", err);
    if (!ids_are(uid, gid))
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE,
                        "cannot give up rights: the process still has another user or group");
    if ((effective | permitted | inheritable) & ~keep)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE,
                        "cannot give up rights: the process still has capabilities");
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE,
                        "cannot give up rights: no_new_privs is not set");
    return 0;
}

int pkt_rights_drop(const pkt_rights *rights, pkt_err *err)
{
    const pkt_user *user = rights->user;
    const uid_t uid = user ? user->uid : getuid();
    const gid_t gid = user ? user->gid : getgid();
    uint64_t effective, permitted, inheritable;
    if (capabilities_get(&effective, &permitted, &inheritable) != 0)
        return drop_fail("capget", err);
    uint64_t keep = kept(rights, permitted);
    inherited_drop(keep);
    if (user_set(user, uid, gid, err) != 0)
        return -1;
    if (keep && rights->folder && folder_is_writable(rights->folder, keep))
        keep &= ~FILES_CAPABILITIES;
    if (capabilities_set(keep, keep) != 0)
        return drop_fail("capset", err);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return drop_fail("no_new_privs", err);
    return drop_check(uid, gid, keep, err);
}
