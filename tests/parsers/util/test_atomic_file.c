/* Output files that replace nothing, also where the file system cannot rename so; and what is open
 * already. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/util/atomic_file.h"

static char folder[] = "/tmp/pktbench-atomic.XXXXXX";
static bool no_rename, no_link; /* what the file system cannot do */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the names of ld --wrap */
int __real_renameat2(int from_folder, const char *from, int to_folder, const char *to,
                     unsigned flags);
int __real_link(const char *from, const char *to);
int __wrap_renameat2(int from_folder, const char *from, int to_folder, const char *to,
                     unsigned flags);
int __wrap_link(const char *from, const char *to);

int __wrap_renameat2(int from_folder, const char *from, int to_folder, const char *to,
                     unsigned flags)
{
    if (!no_rename)
        return __real_renameat2(from_folder, from, to_folder, to, flags);
    errno = EINVAL;
    return -1;
}

int __wrap_link(const char *from, const char *to)
{
    if (!no_link)
        return __real_link(from, to);
    errno = EPERM;
    return -1;
}

/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void path_of(char path[64], const char *name)
{
    (void)snprintf(path, 64, "%s/%s", folder, name);
}

static void check_content(const char *path, const char *wanted)
{
    char got[16] = "";
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    got[fread(got, 1, sizeof got - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(got, wanted);
}

/* How many files are there, hidden ones too? */
static size_t files_count(void)
{
    char pattern[64];
    glob_t found;
    path_of(pattern, "{,.[!.]}*");
    assert_int_equal(glob(pattern, GLOB_BRACE, NULL, &found), 0);
    const size_t count = found.gl_pathc;
    globfree(&found);
    return count;
}

static void check_new(void)
{
    char taken[64], next[64];
    pkt_atomic_file out;
    pkt_err err = {.code = PKT_ERR_NONE};
    path_of(taken, "rows-1");
    path_of(next, "rows-2");
    assert_int_equal(pkt_atomic_file_open(&out, taken, &err), 0);
    assert_true(fputs("later", out.file) >= 0);
    FILE *other = fopen(taken, "wxe"); /* another run is first */
    assert_non_null(other);
    assert_true(fputs("first", other) >= 0);
    fclose(other);
    assert_int_equal(pkt_atomic_file_commit_new(&out, taken, &err), 1);
    assert_int_equal(pkt_atomic_file_commit_new(&out, taken, &err), 1);
    assert_int_equal(pkt_atomic_file_commit_new(&out, next, &err), 0);
    check_content(taken, "first");
    check_content(next, "later");
    assert_int_equal(pkt_atomic_file_open(&out, taken, &err), 0);
    assert_int_equal(pkt_atomic_file_commit_new(&out, taken, &err), 1);
    pkt_atomic_file_abandon(&out);
    assert_int_equal(files_count(), 2);
    (void)unlink(taken);
    (void)unlink(next);
}

static void test_new(void **state)
{
    (void)state;
    no_rename = no_link = false;
    check_new();
}

static void test_new_by_link(void **state)
{
    (void)state;
    no_rename = true;
    no_link = false;
    check_new();
}

static void test_new_without_links(void **state)
{
    (void)state;
    no_rename = no_link = true;
    check_new();
}

static void test_new_that_fails(void **state)
{
    (void)state;
    char path[64], elsewhere[64];
    pkt_atomic_file out;
    pkt_err err = {.code = PKT_ERR_NONE};
    path_of(path, "rows-1");
    path_of(elsewhere, "none/rows-1");
    no_rename = no_link = false;
    assert_int_equal(pkt_atomic_file_open(&out, path, &err), 0);
    assert_int_equal(pkt_atomic_file_commit_new(&out, elsewhere, &err), -1);
    assert_int_equal(err.code, PKT_ERR_WRITE);
    assert_null(out.file);
    assert_int_equal(rmdir(folder), 0); /* nothing is left */
    assert_int_equal(mkdir(folder, 0700), 0);
}

static void test_descriptor_names(void **state)
{
    (void)state;
    char link[64], path[64];
    path_of(link, "link");
    assert_int_equal(symlink("/dev/fd/7", link), 0);
    assert_int_equal(pkt_path_descriptor(link), 7);
    (void)unlink(link);
    assert_int_equal(symlink("link", link), 0); /* to itself */
    assert_int_equal(pkt_path_descriptor(link), PKT_PATH_OTHER);
    (void)unlink(link);
    assert_int_equal(pkt_path_descriptor("/dev/stdout"), 1);
    assert_int_equal(pkt_path_descriptor("/proc/thread-self/fd/12"), 12);
    (void)snprintf(path, sizeof path, "/proc/%d/fd/3", (int)getpid());
    assert_int_equal(pkt_path_descriptor(path), 3);
    assert_int_equal(pkt_path_descriptor("/proc/1/fd/3"), PKT_PATH_FOREIGN);
    static const char *const others[] = {
        "/dev/fd/", "/dev/fd/x", "/proc/self/fdinfo/1", "/proc/self/fd/-1", "1", "none/1", "/", ""};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(pkt_path_descriptor(others[i]), PKT_PATH_OTHER);
}

static void test_descriptor_stands(void **state)
{
    (void)state;
    char path[64], name[64];
    pkt_atomic_file out;
    pkt_err err = {.code = PKT_ERR_NONE};
    path_of(path, "log");
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "a", 1), 1);
    (void)snprintf(name, sizeof name, "/dev/fd/%d", fd);
    assert_int_equal(pkt_atomic_file_open(&out, name, &err), 0);
    assert_true(fputs("b", out.file) >= 0);
    assert_int_equal(pkt_atomic_file_commit(&out, &err), 0);
    assert_int_equal(write(fd, "c", 1), 1); /* its offset went on, and it is still open */
    close(fd);
    check_content(path, "abc");
    (void)unlink(path);
}

static void test_descriptor_of_others(void **state)
{
    (void)state;
    char path[64], name[64];
    pkt_atomic_file out;
    pkt_err err = {.code = PKT_ERR_NONE};
    path_of(path, "log");
    const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "a", 1), 1);
    const pid_t other = fork();
    if (other == 0) {
        (void)pause();
        _exit(0);
    }
    (void)snprintf(name, sizeof name, "/proc/%d/fd/%d", (int)other, fd);
    assert_int_equal(pkt_atomic_file_open(&out, name, &err), -1);
    assert_non_null(strstr(err.msg, "another process has open: name the file itself"));
    (void)kill(other, SIGKILL);
    assert_int_equal(waitpid(other, NULL, 0), other);
    close(fd);
    check_content(path, "a");
    (void)unlink(path);
}

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new),
        cmocka_unit_test(test_new_by_link),
        cmocka_unit_test(test_new_without_links),
        cmocka_unit_test(test_new_that_fails),
        cmocka_unit_test(test_descriptor_names),
        cmocka_unit_test(test_descriptor_stands),
        cmocka_unit_test(test_descriptor_of_others),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
