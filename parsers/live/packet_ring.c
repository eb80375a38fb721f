#include "parsers/live/packet_ring.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parsers/core/numbers.h"
#include "parsers/live/drain.h"
#include "parsers/live/interface.h"
#include "parsers/source/filter.h"

/* From linux/if_ether.h and linux/if_arp.h, which conflict with the headers above. */
enum { ETHERTYPE_ALL = 0x0003, HARDWARE_RAWIP = 519 };
/* Offset of the struct sockaddr_ll after a packet's header, bytes. */
enum {
    ADDRESS_AT = (sizeof(struct tpacket3_hdr) + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT *
                 TPACKET_ALIGNMENT
};
/* The kernel passes a block to the program when the block is full, or after this time. A block
 * passed by timeout uses as much of the ring as a full one; with many small blocks the ring
 * therefore holds the packets of a longer time. */
enum { RETIRE_MS = 10, RETIRE_IMMEDIATE_MS = 1 };
/* BLOCK_OVERHEAD: bytes of a block besides its packets: headers, address, alignment. */
enum { BLOCK_OVERHEAD = 512, BLOCKS_MIN = 4 };
/* Longest wait for a block after a stop, ms. */
enum { DRAIN_MS = 500 };

struct pkt_ring {
    const pkt_live *live;
    int fd;
    uint8_t *map;
    size_t block_size, block_count;
    size_t block;          /* number of the current or next block */
    bool block_owned;      /* the kernel has passed it to us */
    uint32_t packets_left; /* packets in the block not yet read */
    uint8_t *packet;       /* the first of them */
    uint16_t link_type;
    bool capturing;
    bool loopback; /* every packet is captured twice: outgoing and incoming */
    /* Packets: kernel counters at the last update; packets read from the ring. */
    uint64_t received, dropped, packets_read;
    uint64_t skipped; /* outgoing copies on loopback, of those read */
    pkt_drain drain;  /* active after a stop */
    pkt_err failure;  /* why the capture stopped, or code PKT_ERR_NONE */
};

static int socket_fail(const char *operation, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s: %s", operation, strerror(errno));
}

static int link_type_set(pkt_ring *ring, const char *name, pkt_err *err)
{
    uint16_t hardware;
    if (strcmp(name, "any") == 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "this backend captures from one interface; use the backend libpcap for "
                        "'any'");
    if (pkt_interface_hardware(name, &hardware, err) != 0)
        return -1;
    switch (hardware) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
        ring->link_type = LINKTYPE_ETHERNET;
        ring->loopback = hardware == ARPHRD_LOOPBACK;
        return 0;
    case ARPHRD_NONE:
    case HARDWARE_RAWIP:
        ring->link_type = LINKTYPE_RAW;
        return 0;
    default:
        return pkt_fail(
            err, PKT_ERR_USAGE, PKT_POS_NONE,
            "hardware type %u is not supported: this backend captures from Ethernet, loopback and "
            "raw IP interfaces; use the backend libpcap",
            hardware);
    }
}

static int filter_attach(int fd, const struct sock_filter *code, size_t count, pkt_err *err)
{
    /* The cast drops const; the kernel only reads the code. */
    const struct sock_fprog program = {(unsigned short)count,
                                       (struct sock_filter *)(uintptr_t)code};
    if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) != 0)
        return socket_fail("cannot attach the filter", err);
    return 0;
}

static int filter_set(pkt_ring *ring, const char *name, pkt_err *err)
{
    const pkt_live *live = ring->live;
    const struct sock_filter all[] = {BPF_STMT(BPF_RET | BPF_K, live->snaplen)};
    if (!live->filter)
        return filter_attach(ring->fd, all, 1, err);
    pkt_program program;
    if (pkt_program_open(&program, name, live->filter, live->snaplen, err) != 0)
        return -1;
    struct sock_filter *code = calloc(program.count, sizeof *code);
    int bad = code ? 0 : pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a filter");
    for (size_t i = 0; code && i < program.count; i++)
        code[i] = (struct sock_filter){program.code[i].code, program.code[i].jt, program.code[i].jf,
                                       program.code[i].k};
    if (code)
        bad = filter_attach(ring->fd, code, program.count, err);
    free(code);
    pkt_program_close(&program);
    return bad;
}

/* Create and map the ring. A block holds at least one packet of snaplen bytes. */
static int ring_map(pkt_ring *ring, pkt_err *err)
{
    const pkt_live *live = ring->live;
    ring->block_size = (size_t)getpagesize();
    while (ring->block_size < live->snaplen + (size_t)BLOCK_OVERHEAD)
        ring->block_size *= 2;
    ring->block_count = live->buffer / ring->block_size;
    if (ring->block_count < BLOCKS_MIN)
        ring->block_count = BLOCKS_MIN;
    const size_t size = ring->block_size * ring->block_count;
    const struct tpacket_req3 request = {
        .tp_block_size = (unsigned)ring->block_size,
        .tp_block_nr = (unsigned)ring->block_count,
        .tp_frame_size = (unsigned)ring->block_size, /* not used by TPACKET_V3 */
        .tp_frame_nr = (unsigned)ring->block_count,
        .tp_retire_blk_tov = live->immediate ? RETIRE_IMMEDIATE_MS : RETIRE_MS,
    };
    const int version = TPACKET_V3, reserve = VLAN_TAG;
    if (setsockopt(ring->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        setsockopt(ring->fd, SOL_PACKET, PACKET_RESERVE, &reserve, sizeof reserve) != 0 ||
        setsockopt(ring->fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0)
        return socket_fail("cannot create the packet ring", err);
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
    if (map == MAP_FAILED)
        return socket_fail("cannot map the packet ring", err);
    ring->map = map;
    return 0;
}

static int interface_bind(const pkt_ring *ring, const char *name, pkt_err *err)
{
    const int index = (int)if_nametoindex(name);
    const struct packet_mreq promiscuous = {.mr_ifindex = index, .mr_type = PACKET_MR_PROMISC};
    const struct sockaddr_ll address = {
        .sll_family = AF_PACKET, .sll_protocol = htons(ETHERTYPE_ALL), .sll_ifindex = index};
    if (setsockopt(ring->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) !=
            0 ||
        bind(ring->fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return socket_fail("cannot bind to the interface", err);
    return 0;
}

/* The socket is created without a protocol and receives nothing before bind(). The filter is
 * therefore active for the first packet, and no packets of other interfaces are received. */
static int ring_setup(pkt_ring *ring, const char *name, pkt_err *err)
{
    if (pkt_interface_check(name, err) != 0 || link_type_set(ring, name, err) != 0)
        return -1;
    ring->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (ring->fd < 0 && (errno == EPERM || errno == EACCES))
        return pkt_interface_forbidden(err);
    if (ring->fd < 0)
        return socket_fail("cannot create a packet socket", err);
    if (ring_map(ring, err) != 0 || filter_set(ring, name, err) != 0)
        return -1;
    ring->capturing = interface_bind(ring, name, err) == 0;
    return ring->capturing ? 0 : -1;
}

pkt_ring *pkt_ring_open(const pkt_capture *capture, pkt_err *err)
{
    pkt_ring *ring = calloc(1, sizeof *ring);
    if (!ring) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a capture");
        return NULL;
    }
    ring->live = capture->live;
    ring->fd = -1;
    if (ring_setup(ring, capture->path, err) == 0)
        return ring;
    pkt_ring_close(ring);
    return NULL;
}

/* Add the kernel's counters, which are reset by every read. tp_packets includes the drops. */
static void counts_update(pkt_ring *ring)
{
    struct tpacket_stats_v3 counts = {0};
    socklen_t size = sizeof counts;
    if (getsockopt(ring->fd, SOL_PACKET, PACKET_STATISTICS, &counts, &size) != 0)
        return;
    ring->received += counts.tp_packets - counts.tp_drops;
    ring->dropped += counts.tp_drops;
    ring->live->counted(ring->live->self, ring->received - ring->skipped, ring->dropped);
}

void pkt_ring_close(pkt_ring *ring)
{
    if (!ring)
        return;
    if (ring->capturing)
        counts_update(ring);
    if (ring->map)
        (void)munmap(ring->map, ring->block_size * ring->block_count);
    if (ring->fd >= 0)
        close(ring->fd);
    free(ring);
}

static void ring_stop(pkt_ring *ring)
{
    pkt_drain_begin(&ring->drain, ring->fd, DRAIN_MS);
    counts_update(ring);
}

static struct tpacket_hdr_v1 *block_header(const pkt_ring *ring)
{
    void *at = ring->map + ring->block * ring->block_size;
    return &((struct tpacket_block_desc *)at)->hdr.bh1;
}

/* True if the kernel has passed the next block. */
static bool block_acquire(pkt_ring *ring)
{
    struct tpacket_hdr_v1 *header = block_header(ring);
    const uint32_t status = __atomic_load_n(&header->block_status, __ATOMIC_ACQUIRE);
    if (!(status & TP_STATUS_USER))
        return false;
    ring->block_owned = true;
    pkt_drain_progress(&ring->drain);
    ring->packets_left = header->num_pkts;
    ring->packet =
        (uint8_t *)header - offsetof(struct tpacket_block_desc, hdr) + header->offset_to_first_pkt;
    if (status & TP_STATUS_LOSING)
        counts_update(ring);
    return true;
}

static void block_release(pkt_ring *ring)
{
    __atomic_store_n(&block_header(ring)->block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    ring->block_owned = false;
    ring->block = (ring->block + 1) % ring->block_count;
}

/* Put the outermost VLAN tag back. The kernel stores it in the packet's header; PACKET_RESERVE has
 * reserved space for it before every packet. */
static uint8_t *tag_restore(const struct tpacket3_hdr *header, uint8_t *data)
{
    const unsigned type =
        header->tp_status & TP_STATUS_VLAN_TPID_VALID ? header->hv1.tp_vlan_tpid : ETHERTYPE_VLAN;
    uint8_t *tag = data - VLAN_TAG + ETHERNET_ADDRESSES;
    memmove(data - VLAN_TAG, data, ETHERNET_ADDRESSES);
    tag[0] = (uint8_t)(type >> 8);
    tag[1] = (uint8_t)type;
    tag[2] = (uint8_t)(header->hv1.tp_vlan_tci >> 8);
    tag[3] = (uint8_t)header->hv1.tp_vlan_tci;
    return data - VLAN_TAG;
}

/* Read the next packet of the block. False: skip it, it is the outgoing copy on loopback. */
static bool packet_read(pkt_ring *ring, pkt_record *record)
{
    void *at = ring->packet;
    const struct tpacket3_hdr *header = at;
    const void *after = ring->packet + ADDRESS_AT;
    const struct sockaddr_ll *address = after;
    uint8_t *data = ring->packet + header->tp_mac;
    uint32_t cap_len = header->tp_snaplen, wire_len = header->tp_len;
    ring->packet += header->tp_next_offset;
    ring->packets_left--;
    ring->packets_read++;
    if (ring->loopback && address->sll_pkttype == PACKET_OUTGOING) {
        ring->skipped++;
        return false;
    }
    if (ring->link_type == LINKTYPE_ETHERNET && header->tp_status & TP_STATUS_VLAN_VALID &&
        cap_len >= ETHERNET_ADDRESSES) {
        data = tag_restore(header, data);
        cap_len += VLAN_TAG;
        wire_len += VLAN_TAG;
    }
    *record = (pkt_record){
        .data = data,
        .ts_ns = (int64_t)header->tp_sec * NS_PER_S + header->tp_nsec,
        .cap_len = cap_len < ring->live->snaplen ? cap_len : ring->live->snaplen,
        .wire_len = wire_len,
        .link_type = ring->link_type,
    };
    return true;
}

/* The last packet was read, or none came within the limit. 0, or -1 and *err: why it stopped. */
static int ring_end(const pkt_ring *ring, pkt_err *err)
{
    if (ring->failure.code == PKT_ERR_NONE)
        return 0;
    *err = ring->failure;
    return -1;
}

/* The kernel reports once that the interface went down. Packets that it received before are still
 * in the ring. */
static bool ring_failed(pkt_ring *ring)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(ring->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || !error)
        return false;
    errno = error;
    (void)(error == ENETDOWN ? pkt_interface_lost(&ring->failure)
                             : socket_fail("cannot receive", &ring->failure));
    return true;
}

/* Wait when no packet is available. 1: try again; 0: end of the capture; -1 and *err. */
static int ring_wait(pkt_ring *ring, pkt_err *err)
{
    if (ring->drain.active) {
        counts_update(ring);
        if (ring->packets_read >= ring->received || !pkt_drain_wait(&ring->drain))
            return ring_end(ring, err);
    } else if (ring_failed(ring) || !ring->live->more(ring->live->self, ring->fd)) {
        ring_stop(ring);
    }
    return 1;
}

int pkt_ring_read(pkt_ring *ring, pkt_record *records, size_t max, int wait, pkt_err *err)
{
    size_t n = 0;
    if (wait && !ring->drain.active && !ring->live->more(ring->live->self, PKT_LIVE_BUSY))
        ring_stop(ring);
    for (;;) {
        while (n < max && ring->packets_left > 0)
            n += packet_read(ring, &records[n]);
        if (n > 0)
            return (int)n; /* the block is released by the next call */
        if (ring->block_owned)
            block_release(ring);
        if (block_acquire(ring))
            continue;
        if (!wait)
            return 0;
        int result = ring_wait(ring, err);
        if (result <= 0)
            return result;
    }
}
