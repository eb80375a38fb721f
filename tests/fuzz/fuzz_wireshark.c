/* Packets that are well-formed for raw have the same cells when decoded by libwireshark. Inputs are
 * those of fuzz_decode.c. Many are collected in one capture, because a run of libwireshark takes
 * milliseconds. A capture with differences is stored as fuzz_wireshark.pcapng. */
#include <inttypes.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/agreement/agreement.h"
#include "parsers/core/numbers.h"
#include "parsers/decode/decode.h"
#include "parsers/link/sll.h"
#include "tests/fuzz/fuzz.h"
#include "tests/level_request.h"

enum { HEAD = 4, PACKET_MAX = 2048, GATHERED = PKT_BATCH_ROWS, BLOCK_MAX = PACKET_MAX + 64 };

enum { SLL = 113, SLL2 = 276 };
static const uint16_t link_types[] = {1, 101, SLL, 228, 229, 0, 108, SLL2};
enum { LINK_TYPES = sizeof link_types / sizeof link_types[0] };

static struct gathering {
    pkt_batch rows; /* decoded by raw */
    uint8_t capture[64 * LINK_TYPES + GATHERED * BLOCK_MAX];
    size_t size;
    const pkt_backend *wireshark;
    void *context;
} now;

static void put(uint32_t value, size_t width)
{
    for (size_t i = 0; i < width; i++)
        now.capture[now.size++] = (uint8_t)(value >> 8 * i);
}

/* pcapng, with an interface for each link type. */
static void capture_begin(void)
{
    static const uint32_t section[] = {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX, 28};
    now.size = 0;
    memset(&now.rows, 0, sizeof now.rows);
    for (size_t i = 0; i < sizeof section / sizeof section[0]; i++)
        put(section[i], 4);
    for (size_t i = 0; i < LINK_TYPES; i++) {
        put(1, 4);
        put(20, 4);
        put(link_types[i], 4);
        put(0, 4);
        put(20, 4);
    }
}

static void packet_put(size_t interface, const pkt_record *record)
{
    const uint32_t padded = (record->cap_len + 3) & ~3u, total = 32 + padded;
    put(6, 4);
    put(total, 4);
    put((uint32_t)interface, 4);
    put(0, 4);
    put(0, 4);
    put(record->cap_len, 4);
    put(record->wire_len, 4);
    memcpy(now.capture + now.size, record->data, record->cap_len);
    memset(now.capture + now.size + record->cap_len, 0, padded - record->cap_len);
    now.size += padded;
    put(total, 4);
}

static void wireshark_load(void)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    now.wireshark = pkt_plugin_open(FUZZ_MODULE, &err);
    must(now.wireshark && now.wireshark->load(&now.context, &err) == 0,
         "libwireshark is available");
    capture_begin();
}

/* True if options or extension headers precede the transport header, as far as the length of the
 * datagram shows this. */
static bool has_options(size_t row)
{
    enum { IPV4_FIXED = 20, IPV6_FIXED = 40 };
    const pkt_batch *b = &now.rows;
    const bool is_v4 = b->ip_version[row] == 4;
    const uint32_t fixed = is_v4 ? IPV4_FIXED : IPV6_FIXED, untold = is_v4 ? 0 : IPV6_FIXED;
    return b->ip_len[row] == untold ||
           b->ip_len[row] != fixed + b->l4_hlen[row] + b->payload_len[row];
}

/* libwireshark checks IP options, raw does not. libwireshark shows nothing after malformed options.
 * In this case the returned parts of a row (PKT_HAS_) are not compared, and if *is_at_extension,
 * ip_proto neither. The columns of headers before the options are compared. */
static unsigned parts_excused(const pkt_batch *theirs, size_t i, size_t row, bool *is_at_extension)
{
    enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, AH = 51, DESTINATION = 60 };
    const unsigned transport = PKT_HAS_L4 | PKT_HAS_PORTS | PKT_HAS_TCP | PKT_HAS_ICMP;
    const unsigned proto = theirs->ip_proto[i];
    const bool is_ip = theirs->present[i] & PKT_HAS_IP, is_v6 = now.rows.ip_version[row] == 6;
    *is_at_extension =
        is_ip && (proto == AH || (is_v6 && (proto == HOP_BY_HOP || proto == ROUTING ||
                                            proto == FRAGMENT || proto == DESTINATION)));
    if (!is_ip || theirs->present[i] & transport)
        return 0;
    if (*is_at_extension)
        return is_v6 ? transport | PKT_HAS_FRAG : transport;
    return has_options(row) ? transport : 0;
}

/* Since 4.4, Wireshark has no field of the type in a plain MACsec frame, and the module stops
 * there. */
static bool stops_at_macsec(const pkt_batch *theirs, size_t i)
{
    static const char since[] = {'4', '.', '4'};
    return theirs->eth_type[i] == ETHERTYPE_MACSEC &&
           strncmp(now.wireshark->version(), since, sizeof since) >= 0;
}

static bool cells_same(const pkt_batch *theirs, size_t i, size_t row)
{
    if (stops_at_macsec(theirs, i))
        return true;
    static const unsigned parts[PKT_COLUMN_COUNT] = {
#define PKT_X(name, type, level, has, format_as, doc) [PKT_COL_##name] = (has),
        PKT_COLUMNS(PKT_X)
#undef PKT_X
    };
    bool same = true, is_at_extension;
    const unsigned excused = parts_excused(theirs, i, row, &is_at_extension);
    const pkt_column_set given = level_columns(now.wireshark, PKT_LEVEL_HEADERS);
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        if (!pkt_set_has(&given, c) || parts[c] & excused ||
            (c == PKT_COL_ip_proto && is_at_extension) || same_cell(&now.rows, row, theirs, i, c))
            continue;
        uint64_t a = 0, b = 0;
        memcpy(&a, cell_at(&now.rows, row, c), pkt_column_at(c)->size);
        memcpy(&b, cell_at(theirs, i, c), pkt_column_at(c)->size);
        if (c == PKT_COL_present && !((a ^ b) & ~(uint64_t)excused))
            continue;
        (void)fprintf(stderr, "packet %zu: %s: raw 0x%" PRIx64 ", wireshark 0x%" PRIx64 "\n",
                      row + 1, pkt_column_at(c)->name, a, b);
        same = false;
    }
    return same;
}

/* In a separate process, because libwireshark does not free its sessions. */
static int capture_compare(void)
{
    static pkt_batch scratch;
    const pkt_request request = level_request(PKT_LEVEL_HEADERS);
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_err err = {.pos = PKT_POS_NONE};
    rowset theirs = {.columns = level_columns(now.wireshark, PKT_LEVEL_HEADERS)};
    uint64_t rows;
    const pkt_sink sink = rowset_sink(&theirs);
    if (pkt_capture_open(memory_file(now.capture, now.size), &capture, &err) != 0 ||
        pkt_run(now.wireshark, now.context, &capture, &request, &scratch, &sink, &rows, &err) !=
            0 ||
        rows != now.rows.rows) {
        (void)fprintf(stderr, "libwireshark cannot read it: %s\n", err.msg);
        return 1;
    }
    bool same = true;
    for (size_t row = 0; row < now.rows.rows; row++) {
        size_t i;
        const pkt_batch *batch = rowset_at(&theirs, row, &i);
        same &= cells_same(batch, i, row);
    }
    return same ? 0 : 1;
}

static void capture_keep(void)
{
    FILE *file = fopen("fuzz_wireshark.pcapng", "wb");
    if (file) {
        (void)fwrite(now.capture, 1, now.size, file);
        (void)fclose(file);
    }
}

static void capture_check(void)
{
    int status = 0;
    if (now.rows.rows == 0)
        return;
    pid_t child = fork();
    must(child >= 0, "a process can be created");
    if (child == 0)
        _exit(capture_compare());
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) /* interrupted by libFuzzer's timer */
        ;
    if (status != 0) {
        capture_keep();
        must(false, "cells of raw and libwireshark are equal; see fuzz_wireshark.pcapng");
    }
    capture_begin();
}

/* The EtherType or length after the link header and VLAN tags; 0: none. Also sets the offset after
 * it, and the EtherType of the last tag (0: no tag). */
static unsigned ethertype_after_tags(const pkt_record *record, size_t *end, unsigned *tag)
{
    enum { ETHERNET = 1, TAG = 4 };
    size_t type_at = 12;
    *end = 14;
    *tag = 0;
    if (record->link_type == SLL)
        type_at = 14, *end = 16;
    else if (record->link_type == SLL2)
        type_at = 0, *end = 20;
    else if (record->link_type != ETHERNET)
        return 0;
    for (; *end + TAG <= record->cap_len && is_vlan(be16(record->data + type_at)); *end += TAG) {
        *tag = be16(record->data + type_at);
        type_at = *end + 2;
    }
    return *end <= record->cap_len ? be16(record->data + type_at) : 0;
}

/* True if a Gigamon header follows the link header. */
static bool has_gigamon(const pkt_record *record)
{
    size_t end;
    unsigned tag;
    return ethertype_after_tags(record, &end, &tag) == ETHERTYPE_GIGAMON;
}

/* True if the tag of a provider backbone (IEEE 802.1ah), which raw does not decode, is incomplete.
 */
static bool is_cut_backbone(const pkt_record *record)
{
    enum { BACKBONE = 0x88e7, BACKBONE_TAG = 4 };
    size_t end;
    unsigned tag;
    return ethertype_after_tags(record, &end, &tag) == BACKBONE &&
           end + BACKBONE_TAG > record->cap_len;
}

/* True if a length (LLC) follows a provider tag (IEEE 802.1ad). */
static bool has_provider_length(const pkt_record *record)
{
    enum { PROVIDER_TAG = 0x88a8 };
    size_t end;
    unsigned tag;
    const unsigned type = ethertype_after_tags(record, &end, &tag);
    return tag == PROVIDER_TAG && type < ETHERTYPE_MIN;
}

/* True if a raw IP packet has the bytes 0xff03, by which libwireshark detects PPP, also after the
 * bytes that old drivers put before it. */
static bool is_taken_for_ppp(const pkt_record *record)
{
    enum { RAW_IP = 101, PPP_ADDRESS_CONTROL = 0xff03 };
    return record->link_type == RAW_IP && record->cap_len >= 8 &&
           (be16(record->data + 1) == PPP_ADDRESS_CONTROL ||
            be16(record->data + 6) == PPP_ADDRESS_CONTROL);
}

/* True for packets with intended differences; see also tests/differential/next_headers.py.
 * libwireshark
 * - in cooked captures treats the smallest EtherType (1536) as a Linux protocol number, and the
 *   protocol field as an EtherType also for devices where it has another meaning; a number below is
 *   LLC, Ethernet or PPP for it also for GRE devices, whose numbers are EtherTypes
 * - shows the inner headers of Cisco DCE (0x8903), of address learning in Cisco fabrics (0xfff2),
 * and of LLC by EtherType (0x8870, IEEE 802.1AC)
 * - shows the EtherType of frames in a provider backbone (0x88e7, IEEE 802.1ah) only from the tag
 *   that follows
 * - after a provider tag (0x88a8, IEEE 802.1ad) accepts only EtherTypes, not a length of LLC
 * - reads the fields of a Gigamon header, and stops at a wrong one */
static bool is_choice(const pkt_record *record, size_t row)
{
    enum { SLL_BYTES = 16, FIRST_ETHERTYPE = 1536 };
    enum { CISCO_DCE = 0x8903, CISCO_GLEANING = 0xfff2, LLC_ETHERTYPE = 0x8870 };
    const unsigned ethertype = now.rows.eth_type[row];
    const bool is_sll = record->link_type == SLL, is_cooked = is_sll || record->link_type == SLL2;
    if (ethertype == CISCO_DCE || ethertype == CISCO_GLEANING || ethertype == LLC_ETHERTYPE ||
        is_cut_backbone(record) || is_taken_for_ppp(record) || has_provider_length(record) ||
        has_gigamon(record))
        return true;
    if (!is_cooked || record->cap_len < SLL_BYTES)
        return false;
    const unsigned device = be16(record->data + (is_sll ? 2 : 8));
    return ethertype == FIRST_ETHERTYPE || sll_has_no_ethertype(device) ||
           (sll_is_gre(device) && be16(record->data + (is_sll ? 14 : 0)) < FIRST_ETHERTYPE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD || size > HEAD + PACKET_MAX)
        return 0;
    if (!now.wireshark) {
        wireshark_load();
        (void)atexit(capture_check); /* what is left */
    }
    const size_t interface = data[0] % LINK_TYPES, row = now.rows.rows;
    const pkt_record record = {.data = data + HEAD,
                               .cap_len = (uint32_t)(size - HEAD),
                               .wire_len = (uint32_t)(size - HEAD),
                               .link_type = link_types[interface]};
    pkt_decode_headers(&record, 1, &now.rows, row);
    if (verdict_is_well_formed(now.rows.verdict[row]) && !is_choice(&record, row)) {
        packet_put(interface, &record);
        now.rows.rows++;
    } else {
#define PKT_X(name, type, level, has, format_as, doc)                                              \
    memset(&now.rows.name[row], 0, sizeof now.rows.name[row]);
        PKT_COLUMNS(PKT_X)
#undef PKT_X
    }
    if (now.rows.rows == GATHERED)
        capture_check();
    return 0;
}
