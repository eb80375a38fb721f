/* Workers that cannot be started, and workers that do not do what they must: programs of the shell
 * here. Whatever they do, it is said, in time, and nothing of them is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/worker/client.h"
#include "parsers/process/group.h"
#include "parsers/util/clock.h"

static const backend_id nobody = {.name = "nobody", .program = "/nowhere/pktbench"};

/* The lowest descriptor that is free. */
static int next_descriptor(void)
{
    const int fd = open("/dev/null", O_RDONLY);
    assert_true(fd >= 0);
    close(fd);
    return fd;
}

/* Let so many descriptors more be opened; what was allowed before. */
static struct rlimit descriptors_limit(int more)
{
    struct rlimit old, less;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    less = old;
    less.rlim_cur = (rlim_t)next_descriptor() + (rlim_t)more;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &less), 0);
    return old;
}

/* With room for 0 or 1 descriptors the sockets cannot be made, with 2 and 3 there is none for the
 * pipe of messages beside them, with 4 and 5 none for the id of the process. */
static void test_failed_open(void **state)
{
    (void)state;
    for (int room = 0; room <= 5; room++) {
        const int first = next_descriptor();
        client client;
        const struct rlimit old = descriptors_limit(room);
        assert_false(client_open(&client, &nobody));
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
        assert_int_equal(client.status, STATUS_FAILED);
        assert_non_null(strstr(client.reason, "cannot start a worker: Too many open files"));
        assert_int_equal(next_descriptor(), first); /* nothing was left open */

        int others[4];
        for (size_t i = 0; i < 4; i++)
            others[i] = open("/dev/null", O_RDONLY);
        assert_true(client_close(&client));
        assert_true(client_close(&client));
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(fcntl(others[i], F_GETFD), 0);
            close(others[i]);
        }
        assert_int_equal(client.status, STATUS_FAILED);
    }
}

static void test_no_request_without_worker(void **state)
{
    (void)state;
    client client;
    const struct rlimit old = descriptors_limit(0);
    assert_false(client_open_loaded(&client, &nobody, 1, NULL));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_null(client_ask(&client, json_pack("{s:s}", "op", "describe"), 1));
    assert_non_null(strstr(client.reason, "Too many open files"));
}

/* A worker that cannot be started: the reason is kept, the client closed once. */
static void test_failed_load(void **state)
{
    (void)state;
    const int first = next_descriptor();
    client client;
    uint64_t load_ns = 7;
    assert_false(client_open_loaded(&client, &nobody, 10, &load_ns));
    assert_int_equal(client.status, STATUS_FAILED);
    assert_non_null(strstr(client.reason, "the worker cannot be started"));
    assert_int_equal(load_ns, 7);
    assert_int_equal(next_descriptor(), first);
    client_close(&client);
    assert_int_equal(next_descriptor(), first);
}

static char script[] = "/tmp/pktbench-worker.XXXXXX";

/* A worker that executes these commands. It has no answer but theirs. */
static void worker_open(client *client, const char *commands)
{
    static const backend_id id = {.name = "script", .program = script};
    FILE *file = fopen(script, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", commands);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(script, 0700), 0);
    assert_true(client_open(client, &id));
}

/* The end of the test: closed within `seconds`, and nothing is left. */
static bool worker_close(client *client, double seconds)
{
    const double from = pkt_seconds_now();
    const bool good = client_close(client);
    assert_true(pkt_seconds_now() - from < seconds);
    assert_false(pkt_orphans_exist());
    return good;
}

/* A request without an answer. */
static void test_no_answer(void **state)
{
    (void)state;
    static const struct {
        const char *commands;
        double limit_s, took_s; /* time limit; seconds that it may take */
        run_status status;
        const char *reason;
    } cases[] = {
        {"sleep 300", 0.5, 1.5, STATUS_TIMED_OUT, "no answer within"},
        {"read l; trap '' TERM INT HUP; sleep 300", 0.5, 1.5, STATUS_TIMED_OUT, "no answer within"},
        {"read l; kill -STOP $$", 0.5, 1.5, STATUS_TIMED_OUT, "no answer within"},
        {"read l; yes 'over and over' >&2", 0.5, 1.5, STATUS_TIMED_OUT, ": over and over"},
        /* The rest has its answers closed: not until the time limit. */
        {"exec <&- >&- 2>&-; sleep 300", 20, 4, STATUS_CRASHED,
         "it closed its answers and did not end"},
        {"sleep 300 & sleep 0.1; echo why >&2; kill -ABRT $$", 20, 4, STATUS_CRASHED,
         "killed by signal 6 (Aborted): why"},
        {"setsid sleep 300 & sleep 0.1; exit 3", 20, 4, STATUS_CRASHED, "exit status 3"},
        {"sleep 0.1; exit 0", 20, 4, STATUS_CRASHED, "exit status 0"},
        {"echo nonsense; sleep 300", 20, 4, STATUS_FAILED, "no JSON line"},
        {"yes | tr -d '\\n'", 20, 4, STATUS_FAILED, "no JSON line"},
        {"echo '{\"ok\": false, \"signal\": 11}'; sleep 300", 20, 4, STATUS_CRASHED,
         "killed by signal 11"},
        {"echo '{\"ok\": false, \"signal\": 6, \"peak_rss_bytes\": 999999999999}'; sleep 300", 20,
         4, STATUS_CRASHED, "out of memory: its limit is "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        client client;
        worker_open(&client, cases[i].commands);
        const double from = pkt_seconds_now();
        assert_null(client_ask(&client, json_pack("{s:s}", "op", "load"), cases[i].limit_s));
        if (pkt_seconds_now() - from > cases[i].took_s)
            fail_msg("%s: took %.1f s", cases[i].commands, pkt_seconds_now() - from);
        if (client.status != cases[i].status || !strstr(client.reason, cases[i].reason))
            fail_msg("%s: %s: %s", cases[i].commands, status_name(client.status), client.reason);
        client.limit_s = 0.5;
        (void)worker_close(&client, 2);
        assert_int_equal(client.status, cases[i].status); /* the first failure counts */
    }
}

/* A driver whose first answer stays in a buffer: the reason names the cause; later it does not. */
static void test_unflushed(void **state)
{
    (void)state;
    static const char *const ops[] = {"describe", "load"};
    for (size_t i = 0; i < sizeof ops / sizeof ops[0]; i++) {
        client client;
        worker_open(&client, "read l; sleep 300");
        client.external = true;
        assert_null(client_ask(&client, json_pack("{s:s}", "op", ops[i]), 0.3));
        assert_int_equal(client.status, STATUS_TIMED_OUT);
        assert_int_equal(strstr(client.reason, "must be flushed") != NULL, i == 0);
        (void)worker_close(&client, 2);
    }
}

/* After its last answer. */
static void test_end(void **state)
{
    (void)state;
    static const char answer[] = "read l; echo '{\"ok\": true}'; cat >/dev/null; ";
    static const struct {
        const char *commands;
        run_status status;
        const char *reason;
        bool says_end;
    } cases[] = {
        {"exit 0", STATUS_OK, "", false},
        {"echo '{\"unloaded\":true}'", STATUS_OK, "", true},
        {"exit 0", STATUS_CRASHED, "exit status 0 when it was unloaded", true},
        {"echo '{\"unloaded\":false}'", STATUS_CRASHED, "exit status 0 when it was unloaded", true},
        {"yes 'over and over' | head -c 4000000 >&2", STATUS_OK, "", false},
        {"sleep 300 &", STATUS_OK, "", false},
        {"echo why >&2; kill -SEGV $$", STATUS_CRASHED,
         "killed by signal 11 (Segmentation fault) when it was unloaded: why", false},
        {"exit 3", STATUS_CRASHED, "exit status 3 when it was unloaded", false},
        {"sleep 300", STATUS_TIMED_OUT, "it did not end after its last answer", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char commands[256];
        client client;
        (void)snprintf(commands, sizeof commands, "%s%s", answer, cases[i].commands);
        worker_open(&client, commands);
        json_t *answered = client_ask(&client, json_pack("{s:s}", "op", "load"), 5);
        assert_non_null(answered);
        json_decref(answered);
        client.says_end = cases[i].says_end;
        client.limit_s = cases[i].status == STATUS_TIMED_OUT ? 0.5 : 5;
        assert_int_equal(worker_close(&client, 5), cases[i].status == STATUS_OK);
        if (client.status != cases[i].status || strcmp(client.reason, cases[i].reason) != 0)
            fail_msg("%s: %s: %s", commands, status_name(client.status), client.reason);
    }
}

/* A library that hangs when its process ends, after a request with a longer limit. */
static void test_end_limit(void **state)
{
    (void)state;
    client client;
    worker_open(&client, "read l; echo '{\"ok\": true}'; sleep 300");
    client.end_s = 0.5;
    json_decref(client_ask(&client, json_pack("{s:s}", "op", "describe"), 30));
    assert_false(worker_close(&client, 5));
    assert_int_equal(client.status, STATUS_TIMED_OUT);
}

static int setup(void **state)
{
    (void)state;
    const int fd = mkstemp(script);
    return fd >= 0 ? close(fd) : -1;
}

static int teardown(void **state)
{
    (void)state;
    return unlink(script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failed_open), cmocka_unit_test(test_no_request_without_worker),
        cmocka_unit_test(test_failed_load), cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_unflushed),   cmocka_unit_test(test_end),
        cmocka_unit_test(test_end_limit),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
