#include "bench/live/netlink.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bytes of a request, and of an answer: all attributes of an interface. */
enum { REQUEST = 1024, ANSWER = 32768 };

/* A request that is being written. */
typedef struct message {
    union {
        struct nlmsghdr header;
        char bytes[REQUEST];
    };
} message;

/* The end of the message, where the next attribute goes. Requests are far smaller than the room. */
static void *message_end(message *m)
{
    return m->bytes + NLMSG_ALIGN(m->header.nlmsg_len);
}

static void message_begin(message *m, unsigned type, unsigned flags, const struct ifinfomsg *info)
{
    memset(m, 0, sizeof *m);
    m->header.nlmsg_type = (uint16_t)type;
    m->header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
    m->header.nlmsg_len = NLMSG_LENGTH(sizeof *info);
    memcpy(NLMSG_DATA(&m->header), info, sizeof *info);
}

static struct rtattr *attribute_add(message *m, unsigned type, const void *value, size_t size)
{
    struct rtattr *attribute = message_end(m);
    attribute->rta_type = (uint16_t)type;
    attribute->rta_len = (uint16_t)RTA_LENGTH(size);
    if (size)
        memcpy(RTA_DATA(attribute), value, size);
    m->header.nlmsg_len = NLMSG_ALIGN(m->header.nlmsg_len) + RTA_ALIGN(attribute->rta_len);
    return attribute;
}

static void text_add(message *m, unsigned type, const char *text)
{
    (void)attribute_add(m, type, text, strlen(text) + 1);
}

/* What was added since `outer` is inside of it. */
static void attribute_end(message *m, struct rtattr *outer)
{
    outer->rta_len = (uint16_t)((const char *)message_end(m) - (const char *)outer);
}

static int netlink_fail(const char *what, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s: %s", what, strerror(errno));
}

int netlink_open(pkt_err *err)
{
    const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    return fd < 0 ? netlink_fail("cannot create a netlink socket", err) : fd;
}

/* Send the request and receive the answer. Returns its bytes, or -1 and errno: that of the kernel's
 * answer, if it is an error. */
static ssize_t message_ask(int netlink, message *m, void *answer, size_t size)
{
    struct nlmsghdr *header = answer;
    if (send(netlink, m->bytes, m->header.nlmsg_len, 0) < 0)
        return -1;
    const ssize_t got = recv(netlink, answer, size, 0);
    if (got < 0)
        return -1;
    if ((size_t)got < sizeof *header) {
        errno = EPROTO;
        return -1;
    }
    if (header->nlmsg_type == NLMSG_ERROR) {
        const struct nlmsgerr *error = NLMSG_DATA(header);
        errno = -error->error;
        return error->error ? -1 : got;
    }
    return got;
}

/* The same for a request whose answer is only whether it was done. */
static int message_do(int netlink, message *m)
{
    union {
        struct nlmsghdr header;
        char bytes[ANSWER];
    } answer;
    return message_ask(netlink, m, &answer, sizeof answer) < 0 ? -1 : 0;
}

int netlink_veth_create(int netlink, const char *here, const char *there, int there_namespace,
                        uint32_t mtu, pkt_err *err)
{
    const struct ifinfomsg none = {.ifi_family = AF_UNSPEC};
    message m;
    message_begin(&m, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &none);
    text_add(&m, IFLA_IFNAME, here);
    (void)attribute_add(&m, IFLA_MTU, &mtu, sizeof mtu);
    struct rtattr *link = attribute_add(&m, IFLA_LINKINFO, NULL, 0);
    text_add(&m, IFLA_INFO_KIND, "veth");
    struct rtattr *data = attribute_add(&m, IFLA_INFO_DATA, NULL, 0);
    struct rtattr *peer = attribute_add(&m, VETH_INFO_PEER, &none, sizeof none);
    text_add(&m, IFLA_IFNAME, there);
    (void)attribute_add(&m, IFLA_MTU, &mtu, sizeof mtu);
    (void)attribute_add(&m, IFLA_NET_NS_FD, &there_namespace, sizeof there_namespace);
    attribute_end(&m, peer);
    attribute_end(&m, data);
    attribute_end(&m, link);
    return message_do(netlink, &m) == 0 ? 0 : netlink_fail("cannot create a veth pair", err);
}

void netlink_ipv6_silence(int netlink, int index)
{
    const struct ifinfomsg info = {.ifi_family = AF_UNSPEC, .ifi_index = index};
    const uint8_t mode = IN6_ADDR_GEN_MODE_NONE;
    message m;
    message_begin(&m, RTM_NEWLINK, NLM_F_ACK, &info);
    struct rtattr *families = attribute_add(&m, IFLA_AF_SPEC, NULL, 0);
    struct rtattr *family = attribute_add(&m, AF_INET6, NULL, 0);
    (void)attribute_add(&m, IFLA_INET6_ADDR_GEN_MODE, &mode, sizeof mode);
    attribute_end(&m, family);
    attribute_end(&m, families);
    (void)message_do(netlink, &m);
}

int netlink_up(int netlink, int index, pkt_err *err)
{
    const struct ifinfomsg info = {
        .ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};
    message m;
    message_begin(&m, RTM_NEWLINK, NLM_F_ACK, &info);
    return message_do(netlink, &m) == 0 ? 0 : netlink_fail("cannot start the interface", err);
}

/* The value, of at least `least` bytes, of an attribute between two offsets; NULL: there is none.
 */
static const void *attribute_find(const char *bytes, size_t at, size_t end, unsigned type,
                                  size_t least)
{
    while (at < end && end - at >= sizeof(struct rtattr)) {
        const void *place = bytes + at;
        const struct rtattr *attribute = place;
        if (attribute->rta_len < sizeof *attribute || attribute->rta_len > end - at)
            return NULL;
        if (attribute->rta_type == type && attribute->rta_len >= RTA_LENGTH(least))
            return bytes + at + RTA_LENGTH(0);
        at += RTA_ALIGN(attribute->rta_len);
    }
    return NULL;
}

int netlink_received(int netlink, int index, uint64_t *packets, pkt_err *err)
{
    const struct ifinfomsg info = {.ifi_family = AF_UNSPEC, .ifi_index = index};
    union {
        struct nlmsghdr header;
        char bytes[ANSWER];
    } answer;
    struct rtnl_link_stats64 counters;
    message m;
    message_begin(&m, RTM_GETLINK, 0, &info);
    const ssize_t got = message_ask(netlink, &m, &answer, sizeof answer);
    if (got < 0)
        return netlink_fail("cannot read the counters of the interface", err);
    const size_t size =
        (size_t)got < answer.header.nlmsg_len ? (size_t)got : answer.header.nlmsg_len;
    const void *value =
        attribute_find(answer.bytes, NLMSG_SPACE(sizeof info), size, IFLA_STATS64, sizeof counters);
    if (!value) {
        errno = EPROTO;
        return netlink_fail("the interface has no counters", err);
    }
    memcpy(&counters, value, sizeof counters);
    *packets = counters.rx_packets;
    return 0;
}
