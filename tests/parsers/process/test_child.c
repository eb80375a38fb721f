/* Programs that are started: their group, time, messages, memory and files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/process/child.h"
#include "parsers/process/group.h"
#include "parsers/process/memory.h"
#include "parsers/process/program.h"
#include "parsers/util/clock.h"

static char folder[] = "/tmp/pktbench-child.XXXXXX";
static char number_path[64];

/* What the file has; it is removed. */
static const char *content(const char *path)
{
    static char text[64];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    assert_int_equal(unlink(path), 0);
    return text;
}

static char last[256];

/* In the command, $1 is the path of the file for the id of a process. */
static int shell(const char *command, const char *output, double seconds)
{
    char *const argv[] = {"sh", "-c", (char *)command, "sh", number_path, NULL};
    const pkt_program program = {
        .argv = argv, .environment = environ, .output = output, .seconds = seconds};
    return pkt_program_run(&program, last, sizeof last);
}

static void test_program(void **state)
{
    (void)state;
    char out[64], *const none[] = {"pktbench-no-such-program", NULL};
    (void)snprintf(out, sizeof out, "%s/out", folder);
    assert_int_equal(shell("echo a; echo b >&2; exit 3", out, 10), 3);
    assert_string_equal(content(out), "a\n");
    assert_string_equal(last, "b");
    assert_int_equal(shell("echo a; echo b >&2; echo c", NULL, 10), 0);
    assert_string_equal(last, "c");
    assert_int_equal(shell("cat; exit 127", "/dev/null", 10), -1);
    assert_int_equal(shell("kill -9 $$", "/dev/null", 10), -1);
    const pkt_program missing = {.argv = none, .environment = environ, .seconds = 10};
    assert_int_equal(pkt_program_run(&missing, NULL, 0), -1);
}

/* Is there the process? One that has ended and is not waited for counts as none. */
static bool exists(long pid)
{
    char path[64], line[256] = "";
    (void)snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    FILE *file = fopen(path, "r");
    if (file && !fgets(line, sizeof line, file))
        line[0] = '\0';
    if (file)
        (void)fclose(file);
    const char *name_end = strrchr(line, ')');
    return name_end && name_end[2] != 'Z';
}

/* Does the process whose id is in the file go on? The kernel ends a killed one some time later. */
static bool is_running(void)
{
    const long pid = strtol(content(number_path), NULL, 10);
    assert_true(pid > 1);
    for (int i = 0; i < 200 && exists(pid); i++)
        usleep(10000);
    return exists(pid);
}

static void test_late(void **state)
{
    (void)state;
    const double from = pkt_seconds_now();
    assert_int_equal(shell("trap '' TERM INT HUP; sleep 300 & echo $! >$1; wait", NULL, 0.5), -1);
    assert_true(pkt_seconds_now() - from < 1.5);
    assert_string_equal(last, "it took longer than its time limit");
    assert_false(is_running());
}

/* What a program leaves is killed, in its group and outside of it. */
static void test_orphans(void **state)
{
    (void)state;
    assert_int_equal(shell("sleep 300 & echo $! >$1", NULL, 10), 0);
    assert_false(is_running());
    assert_int_equal(shell("setsid sh -c 'echo $$ >$0; exec sleep 300' $1 & "
                           "while [ ! -s $1 ]; do sleep 0.01; done",
                           NULL, 10),
                     0);
    assert_false(is_running());
    assert_false(pkt_orphans_exist());
}

/* A program that writes without end is neither blocked nor kept whole. */
static void test_flood(void **state)
{
    (void)state;
    const double from = pkt_seconds_now();
    assert_int_equal(shell("yes abcdefg >&2", NULL, 0.5), -1);
    assert_true(pkt_seconds_now() - from < 1.5);
    assert_int_equal(shell("yes abcdefg | head -c 4000000 >&2; echo end >&2; exit 4", NULL, 20), 4);
    assert_string_equal(last, "end");
    /* A line that is longer than what is kept. */
    assert_int_equal(shell("head -c 300000 /dev/zero | tr '\\0' x >&2", NULL, 20), 0);
    assert_int_equal(strlen(last), sizeof last - 1);
    assert_int_equal(strspn(last, "x"), sizeof last - 1);
}

static void test_tail(void **state)
{
    (void)state;
    static const struct {
        const char *text, *line;
    } cases[] = {{"", ""},      {"\n", ""},        {"a", "a"},       {"a\n", "a"},
                 {"a\nb", "b"}, {"a\nbc\n", "bc"}, {"a\r\n\n", "a"}, {"\n\nlong line", "long li"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pkt_tail tail = {.bytes = NULL};
        char line[8];
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        assert_int_equal(write(ends[1], cases[i].text, strlen(cases[i].text)),
                         strlen(cases[i].text));
        close(ends[1]);
        while (pkt_tail_read(&tail, ends[0]))
            ;
        close(ends[0]);
        pkt_tail_line(&tail, line, sizeof line);
        assert_string_equal(line, cases[i].line);
        pkt_tail_free(&tail);
    }
}

static void limits_see(void)
{
    struct rlimit files;
    const bool good = getrlimit(RLIMIT_FSIZE, &files) == 0 &&
                      files.rlim_cur <= PKT_CHILD_FILE_BYTES && getpgrp() == getppid() &&
                      getsid(0) == getppid();
    _exit(good ? 0 : 1);
}

static void test_limits(void **state)
{
    (void)state;
    pkt_child child;
    int status;
    if (pkt_child_start(&child, 0) == 0)
        limits_see();
    assert_int_equal(pkt_child_wait(&child, -1, pkt_seconds_now() + 10), PKT_CHILD_ENDED);
    pkt_child_end(&child, &status, NULL);
    pkt_child_free(&child);
    assert_int_equal(status, 0);
}

/* The memory of a child of the child. */
static void memory_take(void)
{
    enum { BYTES = 256 << 20 };
    if (fork() == 0) {
        char *memory =
            mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory != MAP_FAILED)
            memset(memory, 1, BYTES);
    }
    for (;;)
        pause();
}

static void test_memory(void **state)
{
    (void)state;
    pkt_child child;
    int status;
    if (pkt_child_start(&child, 128 << 20) == 0)
        memory_take();
    assert_int_equal(pkt_child_wait(&child, -1, pkt_seconds_now() + 10), PKT_CHILD_MEMORY);
    pkt_child_end(&child, &status, NULL);
    pkt_child_free(&child);
    assert_int_equal(status, SIGKILL);
    assert_false(pkt_orphans_exist());
    assert_true(pkt_memory_bytes() >= 1 << 20);
    assert_true(pkt_memory_limit() < pkt_memory_bytes());
    assert_true(pkt_memory_limit() <= UINT64_C(8) << 30);
}

/* A process that runs these commands without end. `ignored` is ignored in it; 0: none. */
static pid_t runner_start(const char *commands, int ignored)
{
    const pid_t runner = fork();
    assert_true(runner >= 0);
    if (runner == 0) {
        if (ignored)
            (void)signal(ignored, SIG_IGN);
        _exit(shell(commands, NULL, 60) == 0 ? 0 : 1);
    }
    for (int i = 0; i < 1000 && access(number_path, R_OK) != 0; i++)
        usleep(10000);
    return runner;
}

/* The signal that ends a process ends its programs, and what has left them, however far. */
static void test_signals(void **state)
{
    (void)state;
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
    static const char *const commands[] = {
        "sleep 300 & echo $! >$1.part; mv $1.part $1; wait",
        "setsid sleep 300 & echo $! >$1.part; mv $1.part $1; exec sleep 300",
        ("trap '' TERM INT HUP QUIT; (setsid sh -c '(setsid sleep 300 & echo $! >$0.part); "
         "mv $0.part $0; sleep 300' $1 &); sleep 300"),
    };
    enum { SIGNALS = sizeof signals / sizeof signals[0] };
    int status;
    for (size_t i = 0; i < SIGNALS * sizeof commands / sizeof commands[0]; i++) {
        const int number = signals[i % SIGNALS];
        const pid_t runner = runner_start(commands[i / SIGNALS], 0);
        assert_int_equal(kill(runner, number), 0);
        (void)kill(runner, number); /* an impatient user */
        assert_int_equal(waitpid(runner, &status, 0), runner);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == number);
        if (is_running())
            fail_msg("%s: signal %d", commands[i / SIGNALS], number);
    }
    const pid_t runner = runner_start(commands[0], SIGHUP);
    assert_int_equal(kill(runner, SIGHUP), 0);
    usleep(100000);
    assert_int_equal(waitpid(runner, &status, WNOHANG), 0);
    assert_int_equal(kill(runner, SIGTERM), 0);
    assert_int_equal(waitpid(runner, &status, 0), runner);
    assert_false(is_running());
}

static void script_start(pkt_child *child, const char *commands)
{
    if (pkt_child_start(child, 0) == 0) {
        (void)execl("/bin/sh", "sh", "-c", commands, "sh", number_path, (char *)NULL);
        _exit(127);
    }
    assert_true(child->pid > 0);
}

/* Is it whole when the file with the number is there, and a short time later? */
static bool stays_whole(const pkt_child *child)
{
    bool whole = true;
    for (int i = 0; i < 1000 && access(number_path, R_OK) != 0; i++)
        usleep(10000);
    for (int i = 0; i < 50 && whole; i++, usleep(10000))
        whole = pkt_child_is_whole(child);
    return whole;
}

/* A process that a program has left is that of the program, also if it has a session of its own,
 * comes late, or was left by what had left; never that of another one. */
static void test_whole(void **state)
{
    (void)state;
    static const struct {
        const char *commands;
        bool whole;
    } cases[] = {
        {"echo $$ >$1; exec sleep 300", true},
        {"sleep 300 & echo $! >$1; wait", true}, /* a child that it has not left */
        {"(exec sleep 0.01 &); sleep 0.2; echo $$ >$1; exec sleep 300", true}, /* it has ended */
        {"(sleep 300 & echo $! >$1); exec sleep 300", false},
        {"(setsid sh -c 'echo $$ >$0; exec sleep 300' $1 &); exec sleep 300", false},
        {"setsid sh -c '(setsid sleep 300 & echo $! >$0)' $1; exec sleep 300", false},
        {"(sleep 0.2; setsid sleep 300 & echo $! >$1) & exec sleep 300", false},
    };
    pkt_child other;
    int status;
    script_start(&other, "exec sleep 300");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        pkt_child child;
        script_start(&child, cases[i].commands);
        if (stays_whole(&child) != cases[i].whole)
            fail_msg("%s: whole must be %d", cases[i].commands, cases[i].whole);
        assert_true(pkt_child_is_whole(&other));
        assert_false(pkt_orphans_exist());
        pkt_child_end(&child, &status, NULL);
        pkt_child_free(&child);
        assert_false(is_running());
        assert_true(kill(other.pid, 0) == 0);
    }
    pkt_child_end(&other, &status, NULL);
    pkt_child_free(&other);
}

/* A program that sends signals to its group is ended by them as if it were alone there. */
static void test_group_signals(void **state)
{
    (void)state;
    assert_int_equal(shell("trap '' TERM; kill -TERM 0; exit 5", NULL, 10), 5);
    assert_int_equal(shell("kill -TERM 0; exit 5", NULL, 10), -1);
    assert_int_equal(shell("kill -KILL 0; exit 5", NULL, 10), -1);
}

static int setup(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(number_path, sizeof number_path, "%s/number", folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_program), cmocka_unit_test(test_late),
        cmocka_unit_test(test_orphans), cmocka_unit_test(test_flood),
        cmocka_unit_test(test_tail),    cmocka_unit_test(test_limits),
        cmocka_unit_test(test_memory),  cmocka_unit_test(test_signals),
        cmocka_unit_test(test_whole),   cmocka_unit_test(test_group_signals),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
