#include "parsers/live/interface.h"

#include <net/if.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void interface_names(char *text, size_t size)
{
    struct if_nameindex *all = if_nameindex();
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; all && all[i].if_index && n < size; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", i ? ", " : "", all[i].if_name);
    if (all)
        if_freenameindex(all);
}

/* Note the errno that the failure is like. Returns -1. */
static int failure_is(pkt_err *err, int number)
{
    if (err)
        err->sys = number;
    return -1;
}

/* One ioctl() on the interface. 0, or -1 and *err. */
static int interface_ioctl(const char *name, unsigned long operation, struct ifreq *request,
                           pkt_err *err)
{
    memset(request, 0, sizeof *request);
    (void)snprintf(request->ifr_name, sizeof request->ifr_name, "%s", name);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int bad = fd < 0 || ioctl(fd, operation, request) != 0;
    const int saved = errno;
    if (fd >= 0)
        close(fd);
    errno = saved;
    return bad ? pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno)) : 0;
}

int pkt_interface_check(const char *name, pkt_err *err)
{
    struct ifreq request;
    char names[160];
    if (strcmp(name, "any") == 0)
        return 0;
    if (strlen(name) >= IF_NAMESIZE || if_nametoindex(name) == 0) {
        interface_names(names, sizeof names);
        (void)pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "no such interface; known interfaces: %s",
                       names);
        return failure_is(err, ENODEV);
    }
    if (interface_ioctl(name, SIOCGIFFLAGS, &request, err) != 0)
        return -1;
    if (request.ifr_flags & IFF_UP)
        return 0;
    (void)pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "the interface is down: `ip link set %s up`",
                   name);
    return failure_is(err, ENETDOWN);
}

int pkt_interface_hardware(const char *name, uint16_t *hardware, pkt_err *err)
{
    struct ifreq request;
    if (interface_ioctl(name, SIOCGIFHWADDR, &request, err) != 0)
        return -1;
    *hardware = (uint16_t)request.ifr_hwaddr.sa_family;
    return 0;
}

int pkt_interface_lost(pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "the interface was removed or is down");
}

int pkt_interface_is_up(int index, int fd, pkt_err *err)
{
    struct ifreq request = {.ifr_ifindex = index};
    /* By the index, because the name may change. */
    if (ioctl(fd, SIOCGIFNAME, &request) == 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0 &&
        request.ifr_flags & IFF_UP)
        return 0;
    return pkt_interface_lost(err);
}

int pkt_interface_forbidden(pkt_err *err)
{
    char program[128];
    ssize_t size = readlink("/proc/self/exe", program, sizeof program - 1);
    program[size > 0 ? size : 0] = '\0';
    (void)pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                   "not permitted to capture: run as root, or once grant the capability: "
                   "`sudo setcap cap_net_raw+ep %s`",
                   size > 0 ? program : "PROGRAM");
    return failure_is(err, EPERM);
}

static uint64_t counter_read(const char *name, const char *counter)
{
    char path[128], text[32];
    (void)snprintf(path, sizeof path, "/sys/class/net/%.32s/statistics/%s", name, counter);
    FILE *file = fopen(path, "r");
    const char *got = file ? fgets(text, sizeof text, file) : NULL;
    if (file)
        fclose(file);
    return got ? strtoull(text, NULL, 10) : 0;
}

uint64_t pkt_interface_missed(const char *name)
{
    return counter_read(name, "rx_missed_errors") + counter_read(name, "rx_fifo_errors");
}
