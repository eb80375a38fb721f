/* `pktbench mix`: captures into one, by time. */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/message.h"
#include "cli/mix/mixing.h"
#include "cli/shared_options.h"
#include "parsers/util/error.h"

/* Say what is worth knowing about the captures. */
static void captures_report(const mixing *m, const pkt_mix_result *result)
{
    for (size_t i = 0; i < m->origins.count; i++) {
        const pkt_mix_origin *o = &m->origins.at[i];
        const pkt_mix_outcome *done = &result->outcomes[i];
        if (done->cut.code != PKT_ERR_NONE)
            message_truncated(o->path, &done->cut, "mixed up to there");
        if (done->backwards)
            message_warning("%s: %" PRIu64 " packets are earlier than the packet before them: %s",
                            o->path, done->backwards,
                            m->origins.by_time
                                ? "they were put in order"
                                : "they keep their places; --order time puts them in order");
        if (o->rewrite.unsearched)
            message_warning("%s: the addresses of %" PRIu64
                            " packets stay: they are not looked for in packets of their link type",
                            o->path, o->rewrite.unsearched);
        if (!done->packets)
            message_warning("%s: has no packet", o->path);
    }
    for (size_t i = 0; i < m->map_count; i++)
        if (!m->maps[i].map.hits)
            message_warning("--%s %s: no packet has the address", m->maps[i].option,
                            m->maps[i].text);
}

static int mixture_write(mixing *m)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_mix_result result = {.outcomes = calloc(m->origins.count, sizeof *result.outcomes)};
    if (!result.outcomes) {
        message_error("no memory for captures");
        return EXIT_ERROR;
    }
    const int bad = pkt_mix_write(&m->origins, m->path, m->truth, &result, &err);
    if (bad) {
        message_err(&err);
    } else {
        captures_report(m, &result);
        message_note("wrote %s: %" PRIu64 " packets of %zu captures; %s says where each is from",
                     m->path, result.packets, m->origins.count, m->truth);
    }
    free(result.outcomes);
    return bad ? EXIT_ERROR : EXIT_DONE;
}

static int mix_run(const arguments *arguments)
{
    mixing m;
    const int status = mixing_read(&m, arguments) ? mixture_write(&m) : EXIT_ERROR;
    mixing_close(&m);
    return status;
}

static const option_spec options[] = {
    {"o", "FILE", "Output file (required), a pcapng; - is standard output."},
    {"truth", "FILE",
     "Where each packet is from, as CSV: packet (its number in the mixture), origin (the file), "
     "origin_packet (its number there), label. Default: the output's name with .truth.csv behind "
     "it."},
    {"comments", NULL,
     "Each packet also gets a comment with its label, its file and its number there, which "
     "Wireshark shows and finds (frame.comment contains \"label NAME\"). The mixture is then "
     "larger."},
    {"label", "NAME=FILE" REPEATABLE,
     "Packets of this file have this label. The file may be an operand or not, and a folder or a "
     "pattern. Other packets have an empty label."},
    {"shift", "FILE=TIME" REPEATABLE,
     "The first packet of this file gets this time, and the others move with it: start (the start "
     "of the first capture), +90s or +2h (so long after it), 2026-05-04T12:00:00Z, or seconds "
     "since 1970. "
     "Without FILE= it is for every capture: --shift start aligns them. One with FILE= counts "
     "before one without, in any order, and one for a file before one for its folder; the same "
     "holds for --rate and the maps."},
    {"rate", "FILE=FACTOR" REPEATABLE,
     "The packets of this file come so many times as fast: 2 halves the time between them. Up to 6 "
     "decimals. Without FILE= it is for every capture."},
    {"map-ip", "FILE=OLD=NEW" REPEATABLE,
     "Replace this IP address in the packets of this file, or of all without FILE=. Both can be "
     "networks with one prefix length, 10.0.0.0/24=192.168.1.0/24. Of several that fit and are for "
     "the same files, the first one is used."},
    {"map-mac", "FILE=OLD=NEW" REPEATABLE, "The same of a MAC address."},
    {"order", "capture|time",
     "Order of packets of a capture whose times go back. capture: that of the capture; time: by "
     "time, as far as 8,192 packets that are kept in memory make it possible. Default capture."},
    FOLDER_OPTION,
    {NULL, NULL, NULL},
};

const command mix_command = {
    .name = "mix",
    .operands = "CAPTURE...",
    .summary = "merge captures by time, and say where each packet is from",
    .details =
        "Merges captures into one, in bounded memory. CAPTURE is as with extract: a file, plain or "
        "compressed, - for standard input, a folder or a pattern, whose captures move together. "
        "Every interface of a capture becomes one of the mixture. Duplicates are kept; packets of "
        "equal time are in the order of the captures. What was asked for is written into the "
        "mixture, and `pktbench verify --mix TRUTH MIXTURE` checks it against the "
        "captures.\n\n--map-ip and --map-mac replace addresses in headers of Ethernet, Linux "
        "cooked, ARP, IPv4 and IPv6 (behind VLAN tags and PPPoE too), and change the checksums of "
        "IPv4, TCP, UDP, UDP-Lite and ICMPv6 by the difference. Addresses in payloads, in tunnels "
        "and in packets that ICMP quotes stay as they are.\n\nAn existing file is replaced when "
        "the mixture is complete.",
    .options = options,
    .operands_min = 0,
    .operands_max = SIZE_MAX,
    .run = mix_run,
};
