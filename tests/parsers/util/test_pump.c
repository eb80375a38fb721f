/* A pump gives all bytes, and ends with its reader, whatever its thread is doing. A pump that does
 * not end is ended by the alarm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/util/pump.h"

enum { LIMIT_S = 30, CHUNK = 1000, CHUNKS = 5000 };

typedef struct producer {
    pkt_pump pump;
    int idle[2];      /* a pipe that is not written into */
    const char *from; /* that is read to its end, in place of the idle pipe */
    bool failed;      /* a write failed, or a wait ended without anything to read */
    int refused;      /* chunks that were not written */
} producer;

static void prepare(producer *p, const pkt_pump *outer)
{
    pkt_err err;
    *p = (producer){.pump = pkt_pump_of(outer)};
    assert_int_equal(pipe2(p->idle, O_CLOEXEC), 0);
    assert_int_equal(pkt_pump_open(&p->pump, &err), 0);
}

static void start(producer *p, void (*produce)(void *self))
{
    pkt_err err;
    assert_int_equal(pkt_pump_start(&p->pump, produce, p, &err), 0);
}

static void stop(producer *p)
{
    pkt_pump_stop(&p->pump);
    assert_int_equal(p->pump.in, -1);
    close(p->idle[0]);
    close(p->idle[1]);
}

static int reader_open(const producer *p)
{
    int fd = open(p->pump.path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void chunks_produce(void *self)
{
    producer *p = self;
    uint8_t bytes[CHUNK];
    for (int i = 0; i < CHUNKS; i++) {
        memset(bytes, i, sizeof bytes);
        p->refused += pkt_pump_write(&p->pump, bytes, sizeof bytes) != 0;
    }
}

/* Bytes up to the end, each that of its chunk. */
static size_t chunks_read(int fd)
{
    uint8_t bytes[4096];
    size_t size = 0;
    ssize_t got;
    while ((got = read(fd, bytes, sizeof bytes)) > 0)
        for (ssize_t i = 0; i < got; i++, size++)
            assert_int_equal(bytes[i], (uint8_t)(size / CHUNK));
    assert_int_equal(got, 0);
    return size;
}

static void test_all_bytes(void **state)
{
    (void)state;
    producer p;
    prepare(&p, NULL);
    start(&p, chunks_produce);
    int fd = reader_open(&p);
    assert_int_equal(chunks_read(fd), CHUNK * CHUNKS);
    close(fd);
    stop(&p);
    assert_int_equal(p.refused, 0);
}

static void test_reader_ends_early(void **state)
{
    (void)state;
    producer p;
    uint8_t bytes[10];
    prepare(&p, NULL);
    start(&p, chunks_produce);
    int fd = reader_open(&p);
    assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
    close(fd);
    stop(&p);
    assert_true(p.refused > 0);
}

static void test_never_read(void **state)
{
    (void)state;
    producer p;
    prepare(&p, NULL);
    start(&p, chunks_produce);
    stop(&p);
    assert_true(p.refused > 0);
}

static void test_never_started(void **state)
{
    (void)state;
    pkt_err err;
    pkt_pump pump = pkt_pump_of(NULL);
    pkt_pump_stop(&pump);
    assert_int_equal(pkt_pump_open(&pump, &err), 0);
    pkt_pump_stop(&pump);
    assert_int_equal(pump.in, -1);
}

static void idle_produce(void *self)
{
    producer *p = self;
    p->failed = !pkt_pump_wait(&p->pump, p->idle[0]);
}

static void test_reader_ends_while_input_is_idle(void **state)
{
    (void)state;
    producer p;
    prepare(&p, NULL);
    start(&p, idle_produce);
    int fd = reader_open(&p);
    assert_true(pkt_pump_is_read(&p.pump));
    close(fd);
    stop(&p);
    assert_true(p.failed);
}

static void test_input_that_comes(void **state)
{
    (void)state;
    producer p;
    prepare(&p, NULL);
    start(&p, idle_produce);
    assert_int_equal(write(p.idle[1], "x", 1), 1);
    int fd = reader_open(&p);
    assert_int_equal(chunks_read(fd), 0);
    close(fd);
    stop(&p);
    assert_false(p.failed);
}

static void from_produce(void *self)
{
    producer *p = self;
    char byte;
    int fd = open(p->from, O_RDONLY | O_CLOEXEC);
    while (read(fd, &byte, 1) > 0)
        ;
    close(fd);
}

/* The outer pump's thread reads from the inner pump, whose input is idle. */
static void test_reader_of_outer_pump_ends(void **state)
{
    (void)state;
    producer outer, inner;
    prepare(&outer, NULL);
    prepare(&inner, &outer.pump);
    outer.from = inner.pump.path;
    start(&outer, from_produce);
    start(&inner, idle_produce);
    usleep(20000); /* for both to wait */
    stop(&outer);
    stop(&inner);
    assert_true(inner.failed);
}

static void test_forked_child(void **state)
{
    (void)state;
    producer p;
    prepare(&p, NULL);
    start(&p, chunks_produce);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)alarm(LIMIT_S);
        pause();
        _exit(1);
    }
    int fd = reader_open(&p);
    assert_int_equal(chunks_read(fd), CHUNK * CHUNKS); /* sees the end while the child lives */
    close(fd);
    stop(&p);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_bytes),
        cmocka_unit_test(test_reader_ends_early),
        cmocka_unit_test(test_never_read),
        cmocka_unit_test(test_never_started),
        cmocka_unit_test(test_reader_ends_while_input_is_idle),
        cmocka_unit_test(test_input_that_comes),
        cmocka_unit_test(test_reader_of_outer_pump_ends),
        cmocka_unit_test(test_forked_child),
    };
    (void)alarm(LIMIT_S);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
