/* An idle input does not block a run that ends early. A run that does not end is killed by the
 * alarm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parsers/core/containers.h"
#include "parsers/input/input.h"
#include "parsers/input/join.h"
#include "tests/parsers/decode/rows.h"

enum { LIMIT_S = 30 };

/* More than a source reads ahead: it can then return packets of a pipe that does not end. */
enum { RECORDS = 10000, RECORD_BYTES = PCAP_RECORD_HEADER + 4, PIPE_BYTES = 1 << 20 };

static char folder[] = "/tmp/pktbench-input.XXXXXX";
static char fifo[64], file[64];
static int writer; /* write end, open: the pipe does not end */

static void capture_write(int fd)
{
    static uint8_t bytes[PCAP_FILE_HEADER + RECORDS * RECORD_BYTES];
    const char *head = "d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000";
    size_t size = hex_bytes(head, bytes, sizeof bytes);
    for (size_t i = 0; i < RECORDS; i++)
        size += hex_bytes("01000000 02000000 04000000 04000000 aabbccdd", bytes + size,
                          sizeof bytes - size);
    assert_int_equal(size, sizeof bytes);
    assert_int_equal(write(fd, bytes, size), size);
}

/* Like a backend: open the file, read some packets, close it. */
static void path_read(const char *path)
{
    uint8_t bytes[PCAP_FILE_HEADER];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, bytes, sizeof bytes), sizeof bytes);
    close(fd);
}

static void test_input_ends_early(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    capture_write(writer);
    pkt_input *input = pkt_input_open(fifo, &err);
    assert_non_null(input);
    path_read(pkt_input_capture(input)->path);
    assert_int_equal(pkt_input_end(input, 0, &err), 0);
    assert_int_equal(err.code, PKT_ERR_NONE);
    pkt_input_close(input);
}

/* The joining thread reads from the decompressing thread, which waits for the pipe. */
static void join_ends_early(char *const *paths, size_t count)
{
    pkt_err err = {.code = PKT_ERR_NONE};
    capture_write(writer);
    pkt_join *join = pkt_join_open(paths, count, NULL, 0, &err);
    assert_non_null(join);
    usleep(20000); /* until its thread waits */
    assert_int_equal(pkt_join_end(join, 0, &err), 0);
    assert_int_equal(err.code, PKT_ERR_NONE);
    pkt_join_close(join);
}

static void test_join_ends_in_the_first(void **state)
{
    (void)state;
    char *paths[] = {fifo, file};
    join_ends_early(paths, 2);
}

static void test_join_ends_in_the_last(void **state)
{
    (void)state;
    char *paths[] = {file, fifo};
    join_ends_early(paths, 2);
}

/* The pipe of the last capture does not even contain a header. */
static void test_join_ends_before_the_last_begins(void **state)
{
    (void)state;
    pkt_err err = {.code = PKT_ERR_NONE};
    char *paths[] = {file, fifo};
    pkt_join *join = pkt_join_open(paths, 2, NULL, 0, &err);
    assert_non_null(join);
    usleep(20000);
    assert_int_equal(pkt_join_end(join, 0, &err), 0);
    pkt_join_close(join);
}

static int folder_make(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(fifo, sizeof fifo, "%s/pipe", folder);
    (void)snprintf(file, sizeof file, "%s/file", folder);
    int fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    capture_write(fd);
    return close(fd);
}

static int folder_remove(void **state)
{
    (void)state;
    (void)unlink(file);
    return rmdir(folder);
}

/* Each test has its own pipe, because bytes left in a pipe are not the start of a capture. */
static int pipe_make(void **state)
{
    (void)state;
    if (mkfifo(fifo, 0600) != 0)
        return -1;
    writer = open(fifo, O_RDWR | O_CLOEXEC);
    return fcntl(writer, F_SETPIPE_SZ, PIPE_BYTES) < 0 ? -1 : 0;
}

static int pipe_remove(void **state)
{
    (void)state;
    close(writer);
    return unlink(fifo);
}

#define PIPE_TEST(test) cmocka_unit_test_setup_teardown(test, pipe_make, pipe_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PIPE_TEST(test_input_ends_early),
        PIPE_TEST(test_join_ends_in_the_first),
        PIPE_TEST(test_join_ends_in_the_last),
        PIPE_TEST(test_join_ends_before_the_last_begins),
    };
    (void)alarm(LIMIT_S);
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
