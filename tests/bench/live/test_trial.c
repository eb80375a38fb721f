/* Trials on a veth pair: every packet is accounted for, a slow reader loses packets, and rows that
 * are not those of the file are found. Needs network namespaces; without them it is skipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/live/server.h"
#include "bench/live/trial.h"

enum { SKIPPED = 77, PACKETS = 3000, FRAME = 60, BUFFER = 1000000 };

static live_wire wire;
static char capture[] = "/tmp/pktbench-trial-XXXXXX", other[] = "/tmp/pktbench-trial-XXXXXX",
            cut[] = "/tmp/pktbench-trial-XXXXXX";

static void u32_write(FILE *out, uint32_t value)
{
    (void)fwrite(&value, sizeof value, 1, out);
}

/* A pcap file of frames of an experimental EtherType; `first`: the first byte after it. */
static void capture_write(char *path, uint8_t first, uint32_t wire_length)
{
    const int fd = mkstemp(path);
    FILE *out = fd < 0 ? NULL : fdopen(fd, "wb");
    uint8_t frame[FRAME] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5, first};
    assert_non_null(out);
    u32_write(out, 0xa1b2c3d4);
    u32_write(out, 4u << 16 | 2);
    u32_write(out, 0);
    u32_write(out, 0);
    u32_write(out, 65535);
    u32_write(out, 1);
    for (uint32_t i = 0; i < PACKETS; i++) {
        u32_write(out, 1600000000);
        u32_write(out, i);
        u32_write(out, FRAME);
        u32_write(out, wire_length);
        frame[6] = (uint8_t)(first + 2 * (i % 100)); /* of the source address; not multicast */
        (void)fwrite(frame, 1, sizeof frame, out);
    }
    assert_int_equal(fclose(out), 0);
}

static live_task task_of(const char *name)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    assert_int_equal(pkt_registry_find(name, &entry), 0);
    return (live_task){
        .backend = entry.backend, .level = PKT_LEVEL_HEADERS, .snaplen = 65535, .buffer = BUFFER};
}

static void trial_check(const live_trial *t)
{
    assert_true(t->arrived <= t->sent);
    assert_int_equal(t->arrived, t->got + t->dropped);
    assert_int_equal(t->got, t->rows + live_trial_unread(t));
    assert_true(t->sent > 0 && t->seconds > 0);
}

static void slow_rates_lose_nothing(void **state)
{
    static const char *const names[] = {"raw", "libpcap"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const live_task task = task_of(names[i]);
        const live_plan plan = {.rate = 5000, .seconds = 0.2};
        live_trial t;
        pkt_err err = {.msg = ""};
        assert_int_equal(live_trial_run(&wire, &task, capture, &plan, &t, &err), 0);
        trial_check(&t);
        assert_int_equal(t.rows, t.sent);
        assert_true(live_trial_rate(&t) <= 5000 * 1.1);
    }
}

static int slow_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    const struct timespec pause = {.tv_nsec = 20000000};
    (void)self;
    (void)batch;
    (void)err;
    (void)nanosleep(&pause, NULL);
    return 0;
}

static int nothing_finish(void *self, pkt_err *err)
{
    (void)self;
    (void)err;
    return 0;
}

/* It takes at most 256 packets in 20 ms, and the kernel's buffer holds some thousands. */
static void a_slow_reader_loses(void **state)
{
    const pkt_sink slow = pkt_sink_make(NULL, slow_push, nothing_finish);
    const live_plan plan = {.rate = 0, .most = 200000};
    live_task task = task_of("raw");
    live_trial t;
    pkt_err err = {.msg = ""};
    (void)state;
    task.sink = &slow;
    assert_int_equal(live_trial_run(&wire, &task, capture, &plan, &t, &err), 0);
    trial_check(&t);
    assert_int_equal(t.sent, 200000);
    assert_true(t.dropped > 0 && t.rows < t.sent);
    assert_false(live_trial_passed(&t));
}

static void rows_are_compared(void **state)
{
    static const char *const names[] = {"raw", "libpcap"};
    const live_plan plan = {.rate = 20000, .most = PACKETS};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        live_task task = task_of(names[i / 2]);
        live_trial t;
        pkt_err err = {.msg = ""};
        task.compare = i % 2 ? other : capture;
        task.compare_packets = PACKETS;
        assert_int_equal(live_trial_run(&wire, &task, capture, &plan, &t, &err), 0);
        trial_check(&t);
        assert_int_equal(t.rows, PACKETS);
        assert_int_equal(t.differs, i % 2);
    }
}

static void cut_packets_are_not_sent(void **state)
{
    const live_task task = task_of("raw");
    const live_plan plan = {.rate = 1000, .seconds = 0.05};
    live_trial t;
    pkt_err err = {.msg = ""};
    (void)state;
    assert_int_equal(live_trial_run(&wire, &task, cut, &plan, &t, &err), -1);
    assert_string_equal(err.msg, "its packets cannot be sent: packet 1 was cut by the snaplen");
    assert_int_equal(live_trial_run(&wire, &task, "/does/not/exist", &plan, &t, &err), -1);
    assert_int_equal(err.code, PKT_ERR_IO);
}

/* The same through the process that makes trials. */
static void the_server_answers(void **state)
{
    live_server server;
    live_request request = {.level = PKT_LEVEL_FLOWS,
                            .snaplen = 65535,
                            .buffer = BUFFER,
                            .plan = {.rate = 5000, .seconds = 0.1}};
    live_trial t;
    pkt_err err = {.msg = ""};
    (void)state;
    assert_int_equal(live_server_start(&server, &err), 0);
    (void)snprintf(request.path, sizeof request.path, "%s", capture);
    (void)snprintf(request.backend, sizeof request.backend, "raw");
    (void)snprintf(request.encoder, sizeof request.encoder, "csv");
    assert_int_equal(live_server_try(&server, &request, &t, &err), 0);
    trial_check(&t);
    assert_int_equal(t.rows, t.sent);
    request.encoder[0] = '\0';
    (void)snprintf(request.features, sizeof request.features, "ciciot-fixed");
    request.level = PKT_LEVEL_HEADERS;
    assert_int_equal(live_server_try(&server, &request, &t, &err), 0);
    trial_check(&t);
    (void)snprintf(request.backend, sizeof request.backend, "wireshark");
    assert_int_equal(live_server_try(&server, &request, &t, &err), -1);
    assert_string_equal(err.msg, "no built-in backend wireshark with that level");
    live_server_stop(&server);
    assert_int_equal(live_server_try(&server, &request, &t, &err), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_server_answers),       cmocka_unit_test(slow_rates_lose_nothing),
        cmocka_unit_test(a_slow_reader_loses),      cmocka_unit_test(rows_are_compared),
        cmocka_unit_test(cut_packets_are_not_sent),
    };
    pkt_err err = {.msg = ""};
    live_server server;
    if (live_server_start(&server, &err) != 0) {
        printf("SKIP: %s\n", err.msg);
        return SKIPPED;
    }
    live_server_stop(&server);
    capture_write(capture, 2, FRAME);
    capture_write(other, 4, FRAME);
    capture_write(cut, 2, FRAME + 1);
    int failed = 1;
    const pid_t child = fork(); /* the namespaces are its own */
    if (child == 0) {
        if (live_wire_open(&wire, &err) != 0) {
            fprintf(stderr, "%s\n", err.msg);
            _exit(1);
        }
        exit(cmocka_run_group_tests(tests, NULL, NULL));
    }
    (void)waitpid(child, &failed, 0);
    unlink(capture);
    unlink(other);
    unlink(cut);
    return failed != 0;
}
