/* Rights that are given up, and confinement. Every case runs in a child process, because neither
 * can be undone. A child prints the check that failed and exits with 1. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/process/confine.h"
#include "parsers/process/rights.h"
#include "parsers/util/atomic_file.h"

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "line %d: %s: %s\n", __LINE__, #condition, strerror(errno));           \
            _exit(1);                                                                              \
        }                                                                                          \
    } while (0)

static char folder[] = "/tmp/pktbench-process.XXXXXX";

static void in_child(void (*run)(void))
{
    int status = 0;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        run();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* A number of /proc/self/status, such as that of "CapEff:", in the base. */
static uint64_t status_of(const char *key, int base)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    uint64_t value = UINT64_MAX;
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            value = strtoull(line + strlen(key), NULL, base);
    if (file)
        fclose(file);
    return value;
}

static void drop(const pkt_user *user, unsigned keep, const char *output_folder)
{
    const pkt_rights rights = {.user = user, .keep = keep, .folder = output_folder};
    pkt_err err = {.pos = PKT_POS_NONE};
    const int bad = pkt_rights_drop(&rights, &err);
    if (bad)
        fprintf(stderr, "%s\n", err.msg);
    CHECK(!bad);
    CHECK(status_of("NoNewPrivs:", 10) == 1);
    CHECK(status_of("CapInh:", 16) == 0 && status_of("CapAmb:", 16) == 0);
}

static void dropped_all(void)
{
    drop(NULL, 0, NULL);
    CHECK(status_of("CapEff:", 16) == 0 && status_of("CapPrm:", 16) == 0);
    drop(NULL, 0, NULL); /* again: nothing to do */
}

static void test_drop(void **state)
{
    (void)state;
    assert_false(pkt_rights_are_from_file());
    in_child(dropped_all);
}

/* CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER. */
#define FILES UINT64_C(0xf)

static void kept_files(void)
{
    drop(NULL, PKT_RIGHT_FILES, NULL);
    CHECK(status_of("CapEff:", 16) == FILES && status_of("CapBnd:", 16) == FILES);
}

/* CAP_DAC_READ_SEARCH; not what changes owners and modes. */
static void kept_reading(void)
{
    drop(NULL, PKT_RIGHT_FILES | PKT_RIGHT_COUNTERS, NULL);
    drop(NULL, PKT_RIGHT_READING, NULL);
    CHECK(status_of("CapEff:", 16) == 4 && status_of("CapPrm:", 16) == 4);
}

static void own_folder(void)
{
    drop(NULL, PKT_RIGHT_FILES, folder);
    CHECK(status_of("CapEff:", 16) == 0 && status_of("CapPrm:", 16) == 0);
}

static void foreign_folder(void)
{
    CHECK(chown(folder, 65534, 65534) == 0);
    drop(NULL, PKT_RIGHT_FILES, folder);
    CHECK(status_of("CapEff:", 16) == FILES);
    CHECK(chown(folder, 0, 0) == 0);
}

static void other_user(void)
{
    const pkt_user user = {.name = "nobody", .uid = 65534, .gid = 65534};
    drop(&user, PKT_RIGHT_FILES | PKT_RIGHT_COUNTERS, folder);
    CHECK(getuid() == 65534 && geteuid() == 65534 && getgid() == 65534);
    CHECK(status_of("CapEff:", 16) == 0 && status_of("CapPrm:", 16) == 0);
    CHECK(setuid(0) != 0);
    CHECK(open("/etc/shadow", O_RDONLY) < 0);
}

static void test_root(void **state)
{
    (void)state;
    if (geteuid() != 0 || status_of("CapEff:", 16) << 24 == 0) {
        puts("SKIP: what root keeps: this needs root");
        skip();
    }
    in_child(kept_files);
    in_child(kept_reading);
    in_child(own_folder);
    in_child(foreign_folder);
    in_child(other_user);
}

static void test_user(void **state)
{
    pkt_user user;
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)state;
    assert_int_equal(pkt_user_find(&user, "root", &err), 0);
    assert_int_equal(user.uid, 0);
    assert_int_equal(pkt_user_find(&user, "no-such-user", &err), -1);
    assert_string_equal(err.msg, "no such user");
}

/* The parent starts workers, or the parent's parent does. */
static void no_signal_upwards(void)
{
    const pid_t parent = getppid(), child = fork();
    int status;
    if (child == 0) {
        CHECK(pkt_confine_calls() == PKT_CONFINE_SECCOMP);
        CHECK(syscall(SYS_tgkill, getppid(), getppid(), 0) < 0 && errno == EACCES);
        errno = 0;
        CHECK(syscall(SYS_tgkill, parent, parent, 0) < 0 && errno == EACCES);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void calls_refused(void)
{
    char *words[] = {"true", NULL};
    CHECK(pkt_confine_calls() == PKT_CONFINE_SECCOMP);
    CHECK(status_of("Seccomp:", 10) == 2);
    errno = 0;
    CHECK(execv("/bin/true", words) != 0 && errno == EACCES);
    CHECK(socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EACCES);
    CHECK(socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EACCES);
#ifdef SYS_fsopen
    CHECK(syscall(SYS_fsopen, "tmpfs", 0) < 0 && errno == EACCES);
#endif
#ifdef SYS_pidfd_getfd
    errno = 0;
    CHECK(syscall(SYS_pidfd_getfd, -1, 0, 0) < 0 && errno == EACCES);
#endif
    errno = 0;
#ifndef __SANITIZE_ADDRESS__ /* allowed there: see the list of refused calls */
    CHECK(kill(getppid(), 0) < 0 && errno == EACCES);
#endif
    CHECK(syscall(SYS_tgkill, getppid(), getppid(), 0) < 0 && errno == EACCES);
    CHECK(syscall(SYS_tgkill, getpid(), getpid(), 0) == 0);
    CHECK(setsid() < 0 && errno == EACCES);
    errno = 0;
    CHECK(setpgid(0, 0) < 0 && errno == EACCES);
    const pid_t child = fork(); /* a child is confined too */
    if (child == 0) {
        (void)execv("/bin/true", words);
        _exit(7);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 7);
    CHECK(close(open("/etc/passwd", O_RDONLY)) == 0);
}

/* A handler of a fault would learn what the harness reads. */
static void handlers_refused(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGTRAP};
    const struct sigaction action = {.sa_handler = SIG_IGN};
    CHECK(pkt_confine_calls() == PKT_CONFINE_SECCOMP);
    for (size_t i = 0; i < 3; i++) {
        errno = 0;
        CHECK(sigaction(faults[i], &action, NULL) < 0 && errno == EACCES);
        CHECK(signal(faults[i], SIG_IGN) == SIG_ERR);
    }
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
}

static void call_refuse(long number, long first, long second, long third)
{
    errno = 0;
    if (syscall(number, first, second, third, 0, 0, 0) >= 0 || errno != EACCES) {
        fprintf(stderr, "system call %ld: %s\n", number, strerror(errno));
        _exit(1);
    }
}

/* What would change the times of other processes: limits, processors, scheduling, sampled events.
 */
static void others_untouched(void)
{
    struct rlimit limit;
    cpu_set_t processors;
    struct sched_param parameters = {.sched_priority = 0};
    const long parent = getppid(), set = (long)&processors, scheduling = (long)&parameters;
    char attributes[128] = {
        0}; /* of events and of scheduling; no version of the kernel reads more */
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(sched_getaffinity(0, sizeof processors, &processors) == 0);
    CHECK(pkt_confine_calls() == PKT_CONFINE_SECCOMP);
    call_refuse(SYS_prlimit64, parent, RLIMIT_NOFILE, 0);
    call_refuse(SYS_sched_setaffinity, parent, sizeof processors, set);
    call_refuse(SYS_sched_setscheduler, parent, SCHED_OTHER, scheduling);
    call_refuse(SYS_sched_setparam, parent, scheduling, 0);
    call_refuse(SYS_sched_setattr, parent, (long)attributes, 0);
    call_refuse(SYS_perf_event_open, (long)attributes, parent, -1);
    call_refuse(SYS_perf_event_open, (long)attributes, -1, 0);
    call_refuse(SYS_setpriority, PRIO_PROCESS, parent, 1);
    call_refuse(SYS_setpriority, PRIO_USER, 0, 1);
    call_refuse(SYS_ioprio_set, 1, parent, 0);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
    CHECK(sched_setaffinity(0, sizeof processors, &processors) == 0);
    CHECK(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0) < 0 && errno == EFAULT);
}

/* In its own folder, too: by the numbers, as a plug-in can. Nothing but the filter says EACCES. */
static void metadata_refused(void)
{
    static const long of_path[] = {
        SYS_setxattr, SYS_lsetxattr, SYS_removexattr, SYS_lremovexattr,
#ifdef SYS_chmod
        SYS_chmod,    SYS_chown,     SYS_lchown,      SYS_utime,        SYS_utimes,
#endif
    };
    static const long of_descriptor[] = {SYS_fchmod, SYS_fchown, SYS_fsetxattr, SYS_fremovexattr};
    static const long of_folder[] = {
        SYS_fchmodat,           SYS_fchownat,         SYS_utimensat,
        452 /* fchmodat2 */,    463 /* setxattrat */, 466 /* removexattrat */,
        469 /* file_setattr */,
#ifdef SYS_chmod
        SYS_futimesat,
#endif
    };
    const long path = (long)"/proc/self/no-such-file";
    const unsigned long setflags = 0x40086602ul, fssetxattr = 0x401c5820ul; /* chattr: linux/fs.h */
    int flags = 0, queued = -1;
    const int file = open(folder, O_RDONLY);
    CHECK(file >= 0);
    (void)pkt_confine_calls(); /* what extract -i has: an output keeps its mode */
    CHECK(fchmod(file, 0700) == 0 && fchown(file, (uid_t)-1, (gid_t)-1) == 0);
    CHECK(pkt_confine_worker(folder) & PKT_CONFINE_SECCOMP);
    for (size_t i = 0; i < sizeof of_path / sizeof of_path[0]; i++)
        call_refuse(of_path[i], path, 0, 0);
    for (size_t i = 0; i < sizeof of_descriptor / sizeof of_descriptor[0]; i++)
        call_refuse(of_descriptor[i], -1, 0, 0);
    for (size_t i = 0; i < sizeof of_folder / sizeof of_folder[0]; i++)
        call_refuse(of_folder[i], AT_FDCWD, path, 0);
    call_refuse(SYS_ioctl, file, (long)setflags, (long)&flags);
    call_refuse(SYS_ioctl, file, (long)fssetxattr, (long)&flags);
    CHECK(fchmod(file, 0777) != 0 && chmod(folder, 0777) != 0 && futimens(file, NULL) != 0);
    const int null = open("/dev/null", O_RDONLY);
    CHECK(!isatty(null) && errno == ENOTTY); /* asked of the kernel, not refused */
    CHECK(ioctl(file, FIONREAD, &queued) == 0 || errno != EACCES);
}

static void test_calls(void **state)
{
    (void)state;
    if (!(pkt_confine_available() & PKT_CONFINE_SECCOMP)) {
        puts("SKIP: the kernel offers no seccomp");
        skip();
    }
    in_child(calls_refused);
    in_child(metadata_refused);
    in_child(no_signal_upwards);
    in_child(handlers_refused);
    in_child(others_untouched);
}

static void file_write(const char *name)
{
    char path[128];
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_atomic_file out;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    CHECK(pkt_atomic_file_open(&out, path, &err) == 0);
    CHECK(fputs("rows\n", out.file) >= 0);
    CHECK(pkt_atomic_file_commit(&out, &err) == 0);
    CHECK(access(path, R_OK) == 0);
}

static void writing_refused(void)
{
    char *words[] = {"true", NULL};
    FILE *before = fopen("/dev/null", "w");
    CHECK(pkt_confine_worker(folder) & PKT_CONFINE_LANDLOCK);
    CHECK(fputs("x", before) >= 0 && fflush(before) == 0);
    file_write("new");
    file_write("new"); /* replaces the first one */
    CHECK(open("/dev/null", O_WRONLY | O_TRUNC) >= 0);
    CHECK(open("/etc/passwd", O_RDONLY) >= 0);
    errno = 0;
    CHECK(open("/tmp/pktbench-outside", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES);
    CHECK(open("/etc/passwd", O_WRONLY) < 0 && errno == EACCES);
    CHECK(mkdir("/tmp/pktbench-outside", 0700) != 0 && errno == EACCES);
    CHECK(unlink("/tmp/pktbench-process-kept") != 0 && errno == EACCES);
    CHECK(execv("/bin/true", words) != 0 && errno == EACCES);
    char memory[64]; /* of a process that is not confined */
    (void)snprintf(memory, sizeof memory, "/proc/%d/mem", (int)getppid());
    CHECK(open(memory, O_RDONLY) < 0 && open(memory, O_RDWR) < 0);
}

static void test_worker(void **state)
{
    (void)state;
    if (!(pkt_confine_available() & PKT_CONFINE_LANDLOCK)) {
        puts("SKIP: the kernel offers no Landlock");
        skip();
    }
    const int kept = open("/tmp/pktbench-process-kept", O_WRONLY | O_CREAT, 0600);
    assert_true(kept >= 0);
    close(kept);
    in_child(writing_refused);
    assert_int_equal(unlink("/tmp/pktbench-process-kept"), 0);
}

static void test_text(void **state)
{
    (void)state;
    assert_string_equal(pkt_confine_text(0), "none");
    assert_string_equal(pkt_confine_text(PKT_CONFINE_SECCOMP | PKT_CONFINE_LANDLOCK),
                        "landlock+seccomp");
}

static int setup(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    char path[128];
    (void)state;
    (void)snprintf(path, sizeof path, "%s/new", folder);
    (void)unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drop),  cmocka_unit_test(test_root),   cmocka_unit_test(test_user),
        cmocka_unit_test(test_calls), cmocka_unit_test(test_worker), cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
