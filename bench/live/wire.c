#include "bench/live/wire.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/live/netlink.h"

#define FAR_INTERFACE "pktbench1"
/* Of a frame, without its header: the largest that a veth interface takes. */
#define FRAME_BYTES 65535u
/* Send buffer of the far end, bytes. */
#define SEND_BUFFER (4 << 20)

static int wire_fail(const char *what, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s: %s", what, strerror(errno));
}

static int wire_forbidden(pkt_err *err)
{
    return pkt_fail(
        err, PKT_ERR_USAGE, PKT_POS_NONE,
        "--live needs network namespaces of its own, which are not allowed here: run it "
        "as root (`sudo pktbench bench --live`); in a container, with --cap-add "
        "SYS_ADMIN and --cap-add NET_ADMIN");
}

/* false: errno is set. */
static bool file_write(const char *path, const char *text)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    const int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return good;
}

/* Be user 0 of the new user namespace that the process is in. `uid`, `gid`: what it was outside. */
static bool ids_map(uid_t uid, gid_t gid)
{
    char users[64], groups[64];
    (void)snprintf(users, sizeof users, "0 %u 1", (unsigned)uid);
    (void)snprintf(groups, sizeof groups, "0 %u 1", (unsigned)gid);
    return file_write("/proc/self/setgroups", "deny") && file_write("/proc/self/uid_map", users) &&
           file_write("/proc/self/gid_map", groups);
}

/* In a user namespace, which also root enters if it can: rights over this network are none over
 * others. */
static int namespace_enter(pkt_err *err)
{
    const uid_t uid = geteuid();
    const gid_t gid = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
        return ids_map(uid, gid) ? 0 : wire_forbidden(err);
    if (unshare(CLONE_NEWNET) == 0)
        return 0;
    if (errno == EPERM || errno == ENOSPC) /* their number is limited */
        return wire_forbidden(err);
    return wire_fail("cannot create a network namespace", err);
}

/* Packets are passed to the driver without a queue in between. */
static int sender_open(pkt_err *err)
{
    const struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                        .sll_ifindex = (int)if_nametoindex(FAR_INTERFACE)};
    const int bypass = 1, buffer = SEND_BUFFER;
    const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    if (fd >= 0 && setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof bypass) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer) == 0 &&
        bind(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    (void)wire_fail("cannot open a packet socket to send", err);
    if (fd >= 0)
        close(fd);
    return -1;
}

static int interface_start(int netlink, const char *name, pkt_err *err)
{
    const int index = (int)if_nametoindex(name);
    if (!index)
        return wire_fail(name, err);
    netlink_ipv6_silence(netlink, index);
    return netlink_up(netlink, index, err);
}

/* This process is in the namespace of the far end. */
static int far_end_start(live_wire *wire, int near, pkt_err *err)
{
    const int netlink = netlink_open(err);
    if (netlink < 0)
        return -1;
    int bad = netlink_veth_create(netlink, FAR_INTERFACE, LIVE_INTERFACE, near, FRAME_BYTES, err);
    if (bad && (err->sys == EPERM || err->sys == EACCES))
        (void)wire_forbidden(err);
    if (!bad)
        bad = interface_start(netlink, FAR_INTERFACE, err);
    close(netlink);
    wire->sender = bad ? -1 : sender_open(err);
    return wire->sender < 0 ? -1 : 0;
}

/* This process is in the namespace of the near end. */
static int near_end_start(live_wire *wire, pkt_err *err)
{
    wire->index = (int)if_nametoindex(LIVE_INTERFACE);
    wire->control = netlink_open(err);
    return wire->control < 0 ? -1 : interface_start(wire->control, LIVE_INTERFACE, err);
}

int live_wire_open(live_wire *wire, pkt_err *err)
{
    *wire = (live_wire){.sender = -1, .control = -1};
    if (namespace_enter(err) != 0)
        return -1;
    const int near = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int bad = near < 0 ? wire_fail("/proc/self/ns/net", err) : 0;
    if (!bad && unshare(CLONE_NEWNET) != 0)
        bad = wire_fail("cannot create a network namespace", err);
    if (!bad)
        bad = far_end_start(wire, near, err);
    if (!bad && setns(near, CLONE_NEWNET) != 0)
        bad = wire_fail("cannot enter a network namespace", err);
    if (near >= 0)
        close(near);
    if (!bad)
        bad = near_end_start(wire, err);
    if (bad)
        live_wire_close(wire);
    return bad ? -1 : 0;
}

int live_wire_received(const live_wire *wire, uint64_t *packets, pkt_err *err)
{
    return netlink_received(wire->control, wire->index, packets, err);
}

void live_wire_close(live_wire *wire)
{
    if (wire->sender >= 0)
        close(wire->sender);
    if (wire->control >= 0)
        close(wire->control);
    wire->sender = wire->control = -1;
}
