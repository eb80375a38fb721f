#include "parsers/process/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>
#endif

#include "parsers/process/tree.h"

#if defined __x86_64__
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#ifdef ARCHITECTURE

/* x86-64 has a second set of numbers for the same calls, from here on. */
#define X32_CALLS 0x40000000u

/* System calls that no parser needs. In programs built for sanitizers, ptrace() and kill() stay:
 * their leak detection uses such calls. */
static const uint32_t refused[] = {
    SYS_execve,
    SYS_execveat,
    SYS_socket,
    SYS_socketpair,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_unshare,
    SYS_setns,
    SYS_bpf,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
    SYS_reboot,
    SYS_swapon,
    SYS_swapoff,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_open_by_handle_at,
    SYS_acct,
    SYS_quotactl,
    /* It stays in its process group, and sends signals to no other process. */
    SYS_setsid,
    SYS_setpgid,
    SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    /* It makes no other process slower, and touches no memory of others. */
    SYS_setpriority,
    SYS_ioprio_set,
    SYS_move_pages,
    SYS_migrate_pages,
#ifndef __SANITIZE_ADDRESS__
    SYS_ptrace,
    SYS_kill,
    SYS_tkill,
#endif
/* Newer than the headers of some systems. */
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_fsopen /* Linux 5.2, with these: */
    SYS_fsopen,
    SYS_fspick,
    SYS_fsmount,
    SYS_open_tree,
    SYS_move_mount,
#endif
#ifdef SYS_pidfd_getfd
    SYS_pidfd_getfd,
#endif
#ifdef SYS_mount_setattr
    SYS_mount_setattr,
#endif
#ifdef SYS_pidfd_send_signal
    SYS_pidfd_send_signal,
#endif
#ifdef SYS_process_madvise
    SYS_process_madvise,
#endif
};

/* Calls that a process may make for itself only: limits, processors and scheduling of another one,
 * or events that interrupt it, would change what it needs for its packets. The C library and the
 * counters of instructions name the own process by 0. */
static const struct own_call {
    uint32_t number;
    unsigned argument; /* which one names the process */
} own_calls[] = {
    {SYS_prlimit64, 0},      {SYS_sched_setaffinity, 0}, {SYS_sched_setscheduler, 0},
    {SYS_sched_setparam, 0}, {SYS_sched_setattr, 0},     {SYS_perf_event_open, 1},
};

/* Newer than the headers of some systems, not than the kernel that runs the program; these numbers
 * are the same on all architectures. */
#ifndef SYS_fchmodat2 /* Linux 6.6 */
#define SYS_fchmodat2 452
#endif
#ifndef SYS_setxattrat /* Linux 6.13 */
#define SYS_setxattrat 463
#endif
#ifndef SYS_removexattrat
#define SYS_removexattrat 466
#endif
#ifndef SYS_file_setattr /* Linux 6.17 */
#define SYS_file_setattr 469
#endif

/* What changes mode, owner, times or attributes of a file, which Landlock allows everywhere. */
static const uint32_t metadata[] = {
    SYS_fchmod,       SYS_fchmodat,     SYS_fchmodat2,     SYS_fchown,     SYS_fchownat,
    SYS_setxattr,     SYS_lsetxattr,    SYS_fsetxattr,     SYS_setxattrat, SYS_removexattr,
    SYS_lremovexattr, SYS_fremovexattr, SYS_removexattrat, SYS_utimensat,  SYS_file_setattr,
#ifdef SYS_chmod /* not on AArch64, with these: */
    SYS_chmod,        SYS_chown,        SYS_lchown,        SYS_utime,      SYS_utimes,
    SYS_futimesat,
#endif
};

/* The only operations of ioctl(): others change attributes of a file that is open for reading, each
 * file system by numbers of its own. Terminals are asked by the C library, counters by a worker. */
static const uint32_t operations[] = {
    TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIOCLEX, PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE,
};

/* Signals of a bad access or a single step: a handler would learn what other code in the process
 * reads, for example which column the harness compares. */
static const uint32_t faults[] = {SIGSEGV, SIGBUS, SIGTRAP};

enum {
    REFUSED = sizeof refused / sizeof refused[0],
    FAULTS = sizeof faults / sizeof faults[0],
    METADATA = sizeof metadata / sizeof metadata[0],
    OPERATIONS = sizeof operations / sizeof operations[0],
    OWN_CALLS = sizeof own_calls / sizeof own_calls[0],
    OWN_CALL_CODE = 4,
    PROLOGUE = 4
};

/* The lower half of an argument, which is an int. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARGUMENT(number) offsetof(struct seccomp_data, args[number])
#else
#define ARGUMENT(number) (offsetof(struct seccomp_data, args[number]) + 4)
#endif

/* Go on `to` instructions from the start of the filter if the loaded number is `number`. */
static struct sock_filter jump_equal(unsigned from, unsigned to, uint32_t number)
{
    return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, (uint8_t)(to - from - 1),
                                        0);
}

/* The same if it is not. */
static struct sock_filter jump_other(unsigned from, unsigned to, uint32_t number)
{
    return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0,
                                        (uint8_t)(to - from - 1));
}

/* From instruction `from` on: go on at `to` if the loaded number is one of these. */
static void jump_listed(struct sock_filter *code, unsigned from, unsigned to,
                        const uint32_t *numbers, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        code[from + i] = jump_equal(from + i, to, numbers[i]);
}

static struct sock_filter argument_load(size_t offset)
{
    return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

/* SPEC_ALLOW: before Linux 5.16 a filter otherwise turns speculation off, which makes all code
 * slower and would be part of every measured time. */
static int filter_add(struct sock_filter *code, unsigned short length)
{
    const struct sock_fprog program = {length, code};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                        SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
}

static int filter_install(void)
{
    enum {
        X32 = PROLOGUE,
        NUMBERS = X32 + 1,
        HANDLER = NUMBERS + REFUSED, /* rt_sigaction(SIGNAL, ...) */
        OWN = HANDLER + 3 + FAULTS,
        SIGNALLED = OWN + OWN_CALLS * OWN_CALL_CODE, /* tgkill(PROCESS, ...) */
        ALLOW = SIGNALLED + 4,
        REFUSE,
        LENGTH
    };
    struct sock_filter code[LENGTH] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, REFUSE - X32 - 1, 0),
    };
    jump_listed(code, NUMBERS, REFUSE, refused, REFUSED);
    code[HANDLER] = jump_other(HANDLER, OWN, SYS_rt_sigaction);
    code[HANDLER + 1] = argument_load(ARGUMENT(0));
    jump_listed(code, HANDLER + 2, REFUSE, faults, FAULTS);
    code[OWN - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    for (unsigned i = 0, at = OWN; i < OWN_CALLS; i++, at += OWN_CALL_CODE) {
        code[at] = jump_other(at, at + OWN_CALL_CODE, own_calls[i].number);
        code[at + 1] = argument_load(ARGUMENT(own_calls[i].argument));
        code[at + 2] = jump_other(at + 2, REFUSE, 0);
        code[at + 3] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    }
    code[SIGNALLED] = jump_other(SIGNALLED, ALLOW, SYS_tgkill);
    code[SIGNALLED + 1] = argument_load(ARGUMENT(0));
    code[SIGNALLED + 2] = jump_equal(SIGNALLED + 2, REFUSE, (uint32_t)getppid());
    code[SIGNALLED + 3] = jump_equal(SIGNALLED + 3, REFUSE, (uint32_t)pkt_tree_parent(getppid()));
    code[ALLOW] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[REFUSE] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES);
    return filter_add(code, LENGTH);
}

/* After filter_install(), which has refused other sets of numbers. */
static int metadata_refuse(void)
{
    enum {
        NUMBERS = 1,
        OPERATION = NUMBERS + METADATA, /* ioctl(FD, OPERATION, ...) */
        REFUSE = OPERATION + 2 + OPERATIONS,
        ALLOW,
        LENGTH
    };
    struct sock_filter code[LENGTH] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    jump_listed(code, NUMBERS, REFUSE, metadata, METADATA);
    code[OPERATION] = jump_other(OPERATION, ALLOW, SYS_ioctl);
    code[OPERATION + 1] = argument_load(ARGUMENT(1));
    jump_listed(code, OPERATION + 2, ALLOW, operations, OPERATIONS);
    code[REFUSE] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES);
    code[ALLOW] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return filter_add(code, LENGTH);
}

static unsigned seccomp_available(void)
{
    const uint32_t action = SECCOMP_RET_ERRNO;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 ? PKT_CONFINE_SECCOMP
                                                                           : 0;
}

#else

static int filter_install(void)
{
    return -1;
}

static int metadata_refuse(void)
{
    return -1;
}

static unsigned seccomp_available(void)
{
    return 0;
}

#endif

unsigned pkt_confine_calls(void)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return 0;
    return filter_install() == 0 ? PKT_CONFINE_SECCOMP : 0;
}

#ifdef LANDLOCK_CREATE_RULESET_VERSION

/* Rights of the versions 2 and 3 of Landlock, which older headers do not have. */
#define ACCESS_REFER (UINT64_C(1) << 13)
#define ACCESS_TRUNCATE (UINT64_C(1) << 14)
/* Everything that creates, changes or removes files. */
#define ACCESS_WRITE                                                                               \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |                               \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)

/* 0: not available. */
static long landlock_version(void)
{
    const long version =
        syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return version > 0 ? version : 0;
}

/* Allow the access below a path. 0, or -1. */
static int rule_add(int rules, const char *path, uint64_t access)
{
    const int fd = open(path, O_PATH | O_CLOEXEC);
    const struct landlock_path_beneath_attr rule = {.allowed_access = access, .parent_fd = fd};
    const int bad =
        fd < 0 || syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0;
    if (fd >= 0)
        close(fd);
    return bad ? -1 : 0;
}

static unsigned writing_restrict(const char *folder)
{
    const long version = landlock_version();
    const uint64_t truncate = version >= 3 ? ACCESS_TRUNCATE : 0;
    const uint64_t write = ACCESS_WRITE | truncate | (version >= 2 ? ACCESS_REFER : 0);
    const struct landlock_ruleset_attr handled = {.handled_access_fs =
                                                      write | LANDLOCK_ACCESS_FS_EXECUTE};
    const int rules = version ? (int)syscall(SYS_landlock_create_ruleset, &handled,
                                             sizeof handled.handled_access_fs, 0)
                              : -1;
    if (rules < 0)
        return 0;
    const int bad = rule_add(rules, folder, write) != 0 ||
                    rule_add(rules, "/dev/null", LANDLOCK_ACCESS_FS_WRITE_FILE | truncate) != 0 ||
                    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
                    syscall(SYS_landlock_restrict_self, rules, 0) != 0;
    close(rules);
    return bad ? 0 : PKT_CONFINE_LANDLOCK;
}

static unsigned landlock_available(void)
{
    return landlock_version() ? PKT_CONFINE_LANDLOCK : 0;
}

#else

static unsigned writing_restrict(const char *folder)
{
    (void)folder;
    return 0;
}

static unsigned landlock_available(void)
{
    return 0;
}

#endif

unsigned pkt_confine_worker(const char *folder)
{
    const unsigned landlock = writing_restrict(folder);
    const unsigned calls = pkt_confine_calls();
    return landlock | (calls && metadata_refuse() == 0 ? calls : 0);
}

unsigned pkt_confine_available(void)
{
    return seccomp_available() | landlock_available();
}

const char *pkt_confine_text(unsigned confinement)
{
    static const char *const texts[] = {
        [0] = "none",
        [PKT_CONFINE_SECCOMP] = "seccomp",
        [PKT_CONFINE_LANDLOCK] = "landlock",
        [PKT_CONFINE_LANDLOCK | PKT_CONFINE_SECCOMP] = "landlock+seccomp",
    };
    return texts[confinement & (PKT_CONFINE_LANDLOCK | PKT_CONFINE_SECCOMP)];
}
