#include "parsers/live/pcap_live.h"

#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdlib.h>

#include "parsers/live/drain.h"
#include "parsers/live/interface.h"
#include "parsers/source/filter.h"

/* Packet buffer timeout of libpcap. */
enum { TIMEOUT_MS = 10 };
/* Longest wait for a packet after a stop, ms: if it is known that one is missing, and if not. */
enum { DRAIN_MS = 500, DRAIN_BLIND_MS = 10 * TIMEOUT_MS };
/* Batches between two updates of the counters. */
enum { COUNTS_INTERVAL = 64 };

struct pkt_pcap_live {
    const pkt_live *live;
    pcap_t *pcap;
    int index; /* of the interface; 0: `any` */
    /* On loopback and `any`, libpcap skips packets that the kernel counts. */
    bool skips;
    unsigned batches;
    uint64_t received, dropped, packets_read;
    pkt_drain drain;              /* active after a stop */
    pkt_err failure;              /* why the capture stopped, or code PKT_ERR_NONE */
    struct pcap_stat last_counts; /* 32-bit counters, which overflow */
};

/* Set *err to libpcap's message after a call that returned `status`. */
static int pcap_fail(pcap_t *pcap, int status, pkt_err *err)
{
    const char *message = pcap_geterr(pcap);
    if (status == PCAP_ERROR_PERM_DENIED || status == PCAP_ERROR_PROMISC_PERM_DENIED)
        return pkt_interface_forbidden(err);
    return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libpcap: %s",
                    *message ? message : pcap_statustostr(status));
}

static int settings_set(pcap_t *pcap, const pkt_live *live, pkt_err *err)
{
    int status;
    if ((status = pcap_set_snaplen(pcap, (int)live->snaplen)) != 0 ||
        (status = pcap_set_promisc(pcap, 1)) != 0 ||
        (status = pcap_set_timeout(pcap, TIMEOUT_MS)) != 0 ||
        (status = pcap_set_immediate_mode(pcap, live->immediate)) != 0 ||
        (status = pcap_set_buffer_size(pcap, (int)live->buffer)) != 0 ||
        (status = pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO)) != 0)
        return pcap_fail(pcap, status, err);
    return 0;
}

static void packet_discard(u_char *count, const struct pcap_pkthdr *header, const u_char *data)
{
    (void)header;
    (void)data;
    ++*(uint32_t *)(void *)count;
}

/* libpcap receives packets before it has a filter, and the kernel counts them. Stop receiving, read
 * them, and begin to count after them: as unread packets they would look like lost ones. */
static void unfiltered_discard(pkt_pcap_live *live)
{
    pkt_drain drain;
    uint32_t discarded = 0;
    pkt_drain_begin(&drain, pcap_fileno(live->pcap), DRAIN_MS);
    do {
        (void)pcap_dispatch(live->pcap, -1, packet_discard, (u_char *)&discarded);
        if (pcap_stats(live->pcap, &live->last_counts) != 0)
            return;
    } while (live->last_counts.ps_recv - live->last_counts.ps_drop > discarded &&
             pkt_drain_wait(&drain));
}

static int filter_set(pkt_pcap_live *live, const char *text, pkt_err *err)
{
    struct bpf_program program;
    if (pkt_filter_compile(live->pcap, text, &program, err) != 0)
        return -1;
    if (!live->skips)
        unfiltered_discard(live);
    int status = pcap_setfilter(live->pcap, &program);
    pcap_freecode(&program);
    return status == 0 ? 0 : pcap_fail(live->pcap, status, err);
}

static int handle_setup(pkt_pcap_live *handle, pkt_err *err)
{
    char message[PCAP_ERRBUF_SIZE];
    const pkt_live *live = handle->live;
    pcap_t *pcap = handle->pcap;
    if (settings_set(pcap, live, err) != 0)
        return -1;
    int status = pcap_activate(pcap); /* > 0: a warning */
    if (status < 0)
        return pcap_fail(pcap, status, err);
    if (pcap_setnonblock(pcap, 1, message) != 0)
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libpcap: %s", message);
    return live->filter ? filter_set(handle, live->filter, err) : 0;
}

pkt_pcap_live *pkt_pcap_live_open(const pkt_capture *capture, pcap_t **pcap, pkt_err *err)
{
    char message[PCAP_ERRBUF_SIZE];
    if (pkt_interface_check(capture->path, err) != 0)
        return NULL;
    pkt_pcap_live *live = calloc(1, sizeof *live);
    *pcap = live ? pcap_create(capture->path, message) : NULL;
    if (!*pcap) {
        pkt_fail(err, live ? PKT_ERR_LIBRARY : PKT_ERR_MEMORY, PKT_POS_NONE, "libpcap: %s",
                 live ? message : "no memory");
        free(live);
        return NULL;
    }
    uint16_t hardware = ARPHRD_LOOPBACK;
    live->live = capture->live;
    live->pcap = *pcap;
    live->index = (int)if_nametoindex(capture->path);
    if (live->index)
        (void)pkt_interface_hardware(capture->path, &hardware, NULL);
    live->skips = hardware == ARPHRD_LOOPBACK;
    if (handle_setup(live, err) == 0)
        return live;
    pcap_close(*pcap);
    *pcap = NULL;
    free(live);
    return NULL;
}

/* ps_recv of libpcap includes dropped packets. */
static void counts_update(pkt_pcap_live *live)
{
    struct pcap_stat now;
    if (pcap_stats(live->pcap, &now) != 0)
        return;
    const uint32_t dropped = now.ps_drop - live->last_counts.ps_drop;
    live->dropped += dropped;
    live->received += (uint32_t)(now.ps_recv - live->last_counts.ps_recv - dropped);
    live->last_counts = now;
    live->live->counted(live->live->self, live->skips ? live->packets_read : live->received,
                        live->dropped);
}

void pkt_pcap_live_close(pkt_pcap_live *live)
{
    if (live)
        counts_update(live);
    free(live);
}

/* Not by pcap_setfilter(), which would also discard packets in the buffer. */
static void live_stop(pkt_pcap_live *live)
{
    pkt_drain_begin(&live->drain, pcap_fileno(live->pcap), live->skips ? DRAIN_BLIND_MS : DRAIN_MS);
    counts_update(live);
}

void pkt_pcap_live_check(pkt_pcap_live *live)
{
    if (live->batches++ % COUNTS_INTERVAL == 0)
        counts_update(live);
    if (!live->drain.active && !live->live->more(live->live->self, PKT_LIVE_BUSY))
        live_stop(live);
}

void pkt_pcap_live_count(pkt_pcap_live *live, size_t packets)
{
    live->packets_read += packets;
    if (packets)
        pkt_drain_progress(&live->drain);
}

/* True if a capture that goes on cannot. libpcap reports a removed interface only, and does so
 * while packets are in the buffer that it returns later. */
static bool live_failed(pkt_pcap_live *live, bool read_failed)
{
    if (live->index && pkt_interface_is_up(live->index, pcap_fileno(live->pcap), &live->failure))
        return true;
    return read_failed && pcap_fail(live->pcap, PCAP_ERROR, &live->failure) != 0;
}

/* The last packet was read, or none came within the limit. 0, or -1 and *err: why it stopped. */
static int live_end(const pkt_pcap_live *live, pkt_err *err)
{
    if (live->failure.code == PKT_ERR_NONE)
        return 0;
    *err = live->failure;
    return -1;
}

int pkt_pcap_live_wait(pkt_pcap_live *live, bool read_failed, pkt_err *err)
{
    counts_update(live);
    if (live->drain.active) {
        const bool all_read = !live->skips && live->packets_read >= live->received;
        if (all_read || !pkt_drain_wait(&live->drain))
            return live_end(live, err);
    } else if (live_failed(live, read_failed) ||
               !live->live->more(live->live->self, pcap_get_selectable_fd(live->pcap))) {
        live_stop(live);
    }
    return 1;
}
