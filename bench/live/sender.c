#include "bench/live/sender.h"

#include <math.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "parsers/core/numbers.h"
#include "parsers/source/source.h"
#include "parsers/util/clock.h"
#include "parsers/util/error.h"

/* Packets of a system call, at most. */
enum { BURST = 64 };
/* Before a packet that is due later than this, the sender sleeps until shortly before; else it
 * waits by looking at the clock, because a sleeping process is woken late. Nanoseconds. */
#define SLEEP_NS INT64_C(200000)
#define WAKE_NS INT64_C(100000)

/* Can it be sent as it was captured? 0, or -1 and *err. */
static int packet_check(const pkt_record *record, size_t number, pkt_err *err)
{
    const char *why = record->link_type != LINKTYPE_ETHERNET ? "is no Ethernet frame"
                      : record->cap_len != record->wire_len  ? "was cut by the snaplen"
                      : record->cap_len < ETHERNET_HEADER    ? "is shorter than an Ethernet header"
                      : record->cap_len > UINT16_MAX         ? "is larger than 65535 bytes"
                                                             : NULL;
    return why ? pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                          "its packets cannot be sent: packet %zu %s", number, why)
               : 0;
}

static int packet_add(live_packets *p, const pkt_record *record, pkt_err *err)
{
    if (packet_check(record, p->count + 1, err) != 0 ||
        pkt_buffer_add(&p->bytes, record->data, record->cap_len, err) != 0 ||
        pkt_buffer_add(&p->ends, &p->bytes.size, sizeof p->bytes.size, err) != 0)
        return -1;
    p->count++;
    return 0;
}

int live_packets_open(live_packets *packets, const char *path, pkt_err *err)
{
    pkt_record record;
    int got = 1;
    *packets = (live_packets){.count = 0};
    pkt_source *source = pkt_source_open(path, err);
    if (!source)
        return -1;
    while (packets->count < LIVE_PACKETS_MAX && packets->bytes.size < LIVE_BYTES_MAX &&
           (got = pkt_source_next(source, &record, err)) > 0)
        if (packet_add(packets, &record, err) != 0) {
            got = -1;
            break;
        }
    pkt_source_close(source);
    if (got >= 0 && packets->count == 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "it has no packets to send");
    return got < 0 ? -1 : 0;
}

void live_packets_close(live_packets *packets)
{
    pkt_buffer_free(&packets->bytes);
    pkt_buffer_free(&packets->ends);
    packets->count = 0;
}

/* Messages of one system call. */
typedef struct burst {
    struct mmsghdr messages[BURST];
    struct iovec parts[BURST];
} burst;

static void burst_make(burst *b)
{
    memset(b, 0, sizeof *b);
    for (size_t i = 0; i < BURST; i++)
        b->messages[i].msg_hdr = (struct msghdr){.msg_iov = &b->parts[i], .msg_iovlen = 1};
}

/* Fill it with `count` packets, from the one with the number `from` on. */
static void burst_fill(burst *b, const live_packets *packets, uint64_t from, size_t count)
{
    const void *offsets = packets->ends.at;
    const size_t *ends = offsets;
    size_t packet = (size_t)(from % packets->count);
    for (size_t i = 0; i < count; i++) {
        const size_t start = packet ? ends[packet - 1] : 0;
        b->parts[i] = (struct iovec){packets->bytes.at + start, ends[packet] - start};
        packet = packet + 1 < packets->count ? packet + 1 : 0;
    }
}

/* Packets that are due now beyond those that were sent. Those that are overdue for longer than
 * LIVE_CATCH_UP_S are given up: *missed counts them. */
static uint64_t packets_due(const live_plan *plan, int64_t elapsed_ns, uint64_t sent,
                            uint64_t *missed)
{
    const double due = floor((double)elapsed_ns * 1e-9 * plan->rate) + 1;
    const double most = fmax(BURST, plan->rate * LIVE_CATCH_UP_S);
    if (plan->rate <= 0)
        return BURST;
    const double behind = due - (double)(sent + *missed);
    if (behind > most) {
        *missed += (uint64_t)(behind - most);
        return (uint64_t)most;
    }
    return behind > 0 ? (uint64_t)behind : 0;
}

/* Wait for the time of the next packet. */
static void packet_wait(const live_plan *plan, int64_t start_ns, uint64_t number)
{
    const int64_t at = start_ns + (int64_t)((double)number / plan->rate * 1e9);
    if (at - pkt_clock_ns(CLOCK_MONOTONIC) < SLEEP_NS)
        return;
    const int64_t wake = at - WAKE_NS;
    const struct timespec until = {.tv_sec = wake / NS_PER_S, .tv_nsec = wake % NS_PER_S};
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
}

/* How many were sent; 0: none now, try again; -1 and *err. */
static int burst_send(burst *b, int fd, size_t count, pkt_err *err)
{
    const int sent = sendmmsg(fd, b->messages, (unsigned)count, 0);
    if (sent >= 0)
        return sent;
    if (errno == ENOBUFS || errno == EAGAIN || errno == EINTR)
        return 0;
    return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot send: %s", strerror(errno));
}

static size_t smallest(uint64_t a, uint64_t b)
{
    return (size_t)(a < b ? a : b);
}

int live_packets_send(const live_packets *packets, int fd, const live_plan *plan, live_sent *sent,
                      pkt_err *err)
{
    burst b;
    uint64_t missed = 0;
    const uint64_t most = plan->most ? plan->most : UINT64_MAX;
    const int64_t start = pkt_clock_ns(CLOCK_MONOTONIC);
    const int64_t end = plan->seconds > 0 ? start + (int64_t)(plan->seconds * 1e9) : INT64_MAX;
    int64_t now = start;
    burst_make(&b);
    *sent = (live_sent){.start_ns = start};
    int bad = 0;
    for (; !bad && now < end && sent->packets < most; now = pkt_clock_ns(CLOCK_MONOTONIC)) {
        const uint64_t due = packets_due(plan, now - start, sent->packets, &missed);
        const size_t count = smallest(smallest(due, BURST), most - sent->packets);
        if (count == 0) {
            packet_wait(plan, start, sent->packets + missed);
            continue;
        }
        burst_fill(&b, packets, sent->packets, count);
        const int got = burst_send(&b, fd, count, err);
        bad = got < 0;
        sent->packets += got > 0 ? (uint64_t)got : 0;
    }
    sent->end_ns = pkt_clock_ns(CLOCK_MONOTONIC);
    return bad ? -1 : 0;
}
