/* Send the packets of a capture on an interface at a given rate, repeating the capture as needed.
 * Packets below 14 bytes are skipped. Prints the number of packets and the time.
 * Usage: send INTERFACE CAPTURE PACKETS PER_SECOND */
#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "parsers/source/source.h"

#define NS_PER_S INT64_C(1000000000)

static int64_t clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

static void wait_until(int64_t when)
{
    const struct timespec at = {(time_t)(when / NS_PER_S), (long)(when % NS_PER_S)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
    }
}

static int socket_open(const char *interface)
{
    const struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                        .sll_ifindex = (int)if_nametoindex(interface)};
    int fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (fd < 0 || !address.sll_ifindex ||
        bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        fprintf(stderr, "send: %s: %s\n", interface, strerror(errno));
        exit(2);
    }
    return fd;
}

/* An interface does not accept less than an Ethernet header. */
enum { FRAME_MIN = 14 };

/* 1: sent; 0: end of the capture. */
static int packet_send(int fd, pkt_source *source)
{
    pkt_record record;
    pkt_err err;
    int got;
    do
        got = pkt_source_next(source, &record, &err);
    while (got > 0 && record.cap_len < FRAME_MIN);
    if (got < 0) {
        fprintf(stderr, "send: %s\n", err.msg);
        exit(2);
    }
    while (got && send(fd, record.data, record.cap_len, 0) < 0)
        if (errno != ENOBUFS && errno != EINTR) {
            fprintf(stderr, "send: %u bytes: %s\n", record.cap_len, strerror(errno));
            exit(2);
        }
    return got;
}

static pkt_source *source_open(const char *path)
{
    pkt_err err;
    pkt_source *source = pkt_source_open(path, &err);
    if (!source) {
        fprintf(stderr, "send: %s: %s\n", path, err.msg);
        exit(2);
    }
    return source;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fputs("usage: send INTERFACE CAPTURE PACKETS PER_SECOND\n", stderr);
        return 2;
    }
    const uint64_t wanted = strtoull(argv[3], NULL, 10), rate = strtoull(argv[4], NULL, 10);
    int fd = socket_open(argv[1]);
    pkt_source *source = source_open(argv[2]);
    uint64_t sent = 0;
    const int64_t start = clock_ns();
    while (sent < wanted) {
        const int64_t elapsed = clock_ns() - start;
        uint64_t due = (uint64_t)((double)elapsed * (double)rate / (double)NS_PER_S);
        due = due < wanted ? due : wanted;
        while (sent < due)
            if (packet_send(fd, source)) {
                sent++;
            } else {
                pkt_source_close(source);
                source = source_open(argv[2]);
            }
        wait_until(start + elapsed + NS_PER_S / 1000);
    }
    printf("%" PRIu64 " packets in %.2f s\n", sent,
           (double)(clock_ns() - start) / (double)NS_PER_S);
    pkt_source_close(source);
    close(fd);
    return 0;
}
