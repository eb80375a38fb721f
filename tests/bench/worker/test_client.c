/* A client that could not be opened is closed: closing it again closes nothing of anyone else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/worker/client.h"

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

/* With room for 0 descriptors the file for messages cannot be made, with 1 it cannot be duplicated,
 * with 2 and 3 there is none for the sockets beside it. */
static void test_failed_open(void **state)
{
    (void)state;
    for (int room = 0; room <= 2; room++) {
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
        client_close(&client);
        client_close(&client);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failed_open),
        cmocka_unit_test(test_no_request_without_worker),
        cmocka_unit_test(test_failed_load),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
