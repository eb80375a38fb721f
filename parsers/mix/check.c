#include "parsers/mix/check.h"

#include <inttypes.h>
#include <stdarg.h>

#include "parsers/input/input.h"
#include "parsers/labels/truth.h"
#include "parsers/mix/head.h"
#include "parsers/mix/supply.h"
#include "parsers/source/source.h"
#include "parsers/util/error.h"
#include "parsers/util/output_text.h"

/* A path or a label in a finding. */
#define SHOWN "%.200s"

/* What is expected of a packet of the mixture. */
typedef struct row {
    pkt_truth_row truth; /* its texts are those of the truth's last row only */
    size_t origin;
    pkt_mix_expected expected;
} row;

/* Where a packet of the mixture is. Packets are in order of time, then of the captures, where that
 * does not contradict the order of a capture. */
typedef struct place {
    uint64_t number; /* in the mixture; 0: no packet */
    int64_t ts_ns;
    size_t origin;
    uint64_t origin_packet;
} place;

/* A capture that was mixed. */
typedef struct source_capture {
    pkt_mix_supply *supply;
    char *path, *label; /* as the truth writes them; owned */
    place last;         /* its last packet so far */
    place waited_for;   /* of the packets of others after that, the one that is last in order */
} source_capture;

/* What has the packets of an interface of the mixture. */
typedef struct owner {
    size_t origin, number; /* the capture, and the number of the interface in it */
} owner;

typedef struct checking {
    pkt_mix_origins origins;
    pkt_mix_maps *maps;
    source_capture *captures; /* owned, one for each origin */
    pkt_truth *truth;
    pkt_source *source;
    pkt_record record;
    const char *mixture;
    uint64_t number; /* of the packet in the mixture */
    owner *owners;   /* owned: of the interfaces of the mixture that had a packet */
    size_t owner_count;
    row rows[3]; /* the one before, this one, the next: in turns */
    pkt_mix_finding *finding;
} checking;

static row *row_at(checking *k, uint64_t number)
{
    return &k->rows[number % 3];
}

/* Note the fault. Returns 1. */
static __attribute__((format(printf, 2, 3))) int found(checking *k, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(k->finding->text, sizeof k->finding->text, format, args);
    va_end(args);
    k->finding->found = true;
    return 1;
}

/* What the truth has for the text: the CSV cell without its quotes. NULL without memory. */
static char *truth_form(const char *text)
{
    char *form = malloc(PKT_FORM_BYTES(strlen(text)));
    if (!form)
        return NULL;
    (void)pkt_text_csv(form, text);
    if (*form != '"')
        return form;
    char *out = form;
    for (const char *at = form + 1; at[1]; at++) {
        *out++ = *at;
        at += *at == '"';
    }
    *out = '\0';
    return form;
}

static int origins_open(checking *k, const char *mixture, pkt_err *err)
{
    if (pkt_mix_head_read(mixture, &k->origins, &k->maps, err) != 0)
        return pkt_err_about(err, mixture);
    const size_t count = k->origins.count;
    k->captures = calloc(count + 1, sizeof *k->captures);
    if (!k->captures)
        return pkt_fail_memory(err, "captures");
    for (size_t i = 0; i < count; i++) {
        pkt_mix_origin *o = &k->origins.at[i];
        source_capture *c = &k->captures[i];
        c->path = truth_form(o->path);
        c->label = truth_form(o->label);
        if (!c->path || !c->label)
            return pkt_fail_memory(err, "captures");
        c->supply = pkt_mix_supply_open(o, k->origins.by_time, err);
        if (!c->supply)
            return -1;
    }
    return 0;
}

static int check_open(checking *k, const char *truth, const char *mixture, pkt_err *err)
{
    k->mixture = mixture;
    if (!pkt_input_stays(mixture)) { /* its head is read before its packets */
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "is read twice: it must be a file");
        return pkt_err_about(err, mixture);
    }
    if (origins_open(k, mixture, err) != 0)
        return -1;
    k->source = pkt_source_open(mixture, err);
    if (!k->source)
        return pkt_err_about(err, mixture);
    k->truth = pkt_truth_open(truth, true, err);
    return k->truth ? 0 : -1;
}

static void check_close(checking *k)
{
    for (size_t i = 0; k->captures && i < k->origins.count; i++) {
        pkt_mix_supply_close(k->captures[i].supply);
        free(k->captures[i].path);
        free(k->captures[i].label);
    }
    for (size_t i = 0; i < 3; i++)
        pkt_buffer_free(&k->rows[i].expected.bytes);
    free(k->captures);
    free(k->owners);
    pkt_truth_close(k->truth);
    pkt_source_close(k->source);
    pkt_mix_origins_close(&k->origins);
    pkt_mix_maps_close(k->maps);
}

/* The next packet of the mixture: 1, 0, -1. */
static int record_next(checking *k, pkt_err *err)
{
    const int got = pkt_source_next(k->source, &k->record, err);
    return got < 0 ? pkt_err_about(err, k->mixture) : got;
}

static bool is_expected(const pkt_record *r, const pkt_mix_expected *e)
{
    const pkt_mix_packet *p = &e->packet;
    return r->ts_ns == p->ts_ns && r->cap_len == p->cap_len && r->wire_len == p->wire_len &&
           r->link_type == p->link_type &&
           (!p->cap_len || memcmp(r->data, p->data, p->cap_len) == 0);
}

/* The capture that the row names. 1: there is none, and that is the fault. */
static int origin_find(checking *k, row *w)
{
    for (w->origin = 0; w->origin < k->origins.count; w->origin++)
        if (strcmp(k->captures[w->origin].path, w->truth.origin) == 0)
            break;
    if (w->origin == k->origins.count)
        return found(
            k, "packet %" PRIu64 ": the truth says that it is of " SHOWN ", which was not mixed",
            w->truth.packet, w->truth.origin);
    if (strcmp(k->captures[w->origin].label, w->truth.label) == 0)
        return 0;
    return found(k,
                 "packet %" PRIu64 ": wrong label: the truth has '" SHOWN "', and packets of " SHOWN
                 " have '" SHOWN "'",
                 w->truth.packet, w->truth.label, k->captures[w->origin].path,
                 k->captures[w->origin].label);
}

/* The packet that the row names, as it must be in the mixture. */
static int expected_take(checking *k, row *w, pkt_err *err)
{
    const uint64_t packet = w->truth.packet, number = w->truth.origin_packet;
    const char *path = k->captures[w->origin].path;
    pkt_mix_supply *supply = k->captures[w->origin].supply;
    switch (pkt_mix_supply_take(supply, number, &w->expected, err)) {
    case PKT_SUPPLY_FOUND:
        return 0;
    case PKT_SUPPLY_AGAIN:
        return found(k,
                     "packet %" PRIu64 " is a duplicate: packet %" PRIu64 " of " SHOWN
                     " was there before",
                     packet, number, path);
    case PKT_SUPPLY_GAP:
        return found(k,
                     "packet %" PRIu64 " of " SHOWN
                     " is missing: the truth goes on with packet %" PRIu64 " of it",
                     pkt_mix_supply_missing(supply, NULL), path, number);
    case PKT_SUPPLY_NONE:
        return found(k,
                     "packet %" PRIu64 ": the truth says that it is packet %" PRIu64 " of " SHOWN
                     ", which has fewer",
                     packet, number, path);
    default:
        return -1;
    }
}

/* Read the next row of the truth: 2: there is none; 1: a fault; 0; -1. */
static int row_next(checking *k, uint64_t number, pkt_err *err)
{
    row *w = row_at(k, number);
    const int got = pkt_truth_next(k->truth, &w->truth, err);
    if (got <= 0)
        return got < 0 ? -1 : 2;
    if (w->truth.packet != number)
        return found(k, "the truth has no row of packet %" PRIu64, number);
    const int bad = origin_find(k, w);
    return bad ? bad : expected_take(k, w, err);
}

/* What differs, where neither a packet more nor one less explains it. */
static int difference(checking *k, const pkt_record *r, const row *w)
{
    const pkt_mix_packet *p = &w->expected.packet;
    const char *path = k->captures[w->origin].path;
    if (r->link_type != p->link_type || r->cap_len != p->cap_len || r->wire_len != p->wire_len)
        return found(k,
                     "packet %" PRIu64 " has link type %u and %u of %u bytes; packet %" PRIu64
                     " of " SHOWN " has %u and %u of %u",
                     k->number, (unsigned)r->link_type, (unsigned)r->cap_len, (unsigned)r->wire_len,
                     p->number, path, (unsigned)p->link_type, (unsigned)p->cap_len,
                     (unsigned)p->wire_len);
    for (size_t i = 0; i < p->cap_len; i++)
        if (r->data[i] != p->data[i])
            return found(k,
                         "packet %" PRIu64 ": byte %zu is %02x; with packet %" PRIu64 " of " SHOWN
                         " it must be %02x",
                         k->number, i, (unsigned)r->data[i], p->number, path, (unsigned)p->data[i]);
    return found(k,
                 "packet %" PRIu64 ": its time is %" PRId64 " ns; with packet %" PRIu64 " of " SHOWN
                 " it must be %" PRId64,
                 k->number, r->ts_ns, p->number, path, p->ts_ns);
}

/* The packet is not the one that is expected: is one missing, or one too many? */
static int mismatch(checking *k, pkt_err *err)
{
    const row *w = row_at(k, k->number);
    const bool again =
        k->number > 1 && is_expected(&k->record, &row_at(k, k->number - 1)->expected);
    const int got = again ? 1 : row_next(k, k->number + 1, err);
    if (got < 0)
        return -1;
    if (got == 0 && is_expected(&k->record, &row_at(k, k->number + 1)->expected))
        return found(k,
                     "packet %" PRIu64 " of " SHOWN " is missing: it should be packet %" PRIu64
                     " of the mixture",
                     w->expected.packet.number, k->captures[w->origin].path, k->number);
    (void)difference(k, &k->record, w); /* also in place of a fault of the next row */
    const int more = record_next(k, err);
    if (more < 0)
        return -1;
    if (again)
        return found(k, "packet %" PRIu64 " is a duplicate: it is packet %" PRIu64 " again",
                     k->number, k->number - 1);
    if (more > 0 && is_expected(&k->record, &w->expected))
        return found(k,
                     "packet %" PRIu64 " is in no capture that was mixed, and has no row in the "
                     "truth",
                     k->number);
    return 1;
}

/* The packet is of interface `seen` of the mixture, and should not be. */
static int owner_differs(checking *k, const row *w, size_t seen, const pkt_mix_interface *own)
{
    const char *path = k->captures[w->origin].path;
    const uint64_t packet = w->expected.packet.number;
    if (seen < k->owner_count)
        return found(k,
                     "packet %" PRIu64 " is of the interface of " SHOWN " that is %zu there; "
                     "packet %" PRIu64 " of " SHOWN " is of interface %zu there",
                     k->number, k->captures[k->owners[seen].origin].path, k->owners[seen].number,
                     packet, path, own->number);
    return found(k,
                 "packet %" PRIu64 " is of interface %zu of the mixture; packet %" PRIu64
                 " of " SHOWN " is of interface %zu, or too early",
                 k->number, seen, packet, path, own->out < 0 ? k->owner_count : (size_t)own->out);
}

/* Every interface of a capture is one of the mixture, in which they are in the order of their first
 * packets. */
static int owner_check(checking *k, const row *w, pkt_err *err)
{
    const size_t seen = pkt_source_interface(k->source);
    pkt_mix_interface *i =
        pkt_mix_supply_interface(k->captures[w->origin].supply, w->expected.packet.interface);
    if (i->out >= 0 ? (size_t)i->out != seen : seen != k->owner_count)
        return owner_differs(k, w, seen, i);
    if (i->out >= 0)
        return 0;
    owner *more = realloc(k->owners, (k->owner_count + 1) * sizeof *more);
    if (!more)
        return pkt_fail_memory(err, "interfaces");
    k->owners = more;
    more[k->owner_count++] = (owner){w->origin, i->number};
    i->out = (int64_t)seen;
    return 0;
}

static bool is_behind(const place *one, const place *other)
{
    return one->ts_ns != other->ts_ns ? one->ts_ns > other->ts_ns : one->origin > other->origin;
}

/* `before` is before `now` in the mixture, and should be behind it. */
static int place_differs(checking *k, const place *before, const place *now)
{
    const char *path = k->captures[before->origin].path;
    if (before->ts_ns > now->ts_ns)
        return found(k,
                     "packet %" PRIu64 " is earlier than packet %" PRIu64 ", of " SHOWN
                     ", which is before it",
                     now->number, before->number, path);
    return found(k,
                 "packet %" PRIu64 ", which is packet %" PRIu64 " of " SHOWN
                 ", should be before packet %" PRIu64 ", which is packet %" PRIu64 " of " SHOWN
                 " and has the same time",
                 now->number, now->origin_packet, k->captures[now->origin].path, before->number,
                 before->origin_packet, path);
}

/* A packet of another capture is before this one only if it is so in order: this one was the next
 * of its capture since the last packet of it. In its capture it may go back, unless that was
 * sorted. */
static int order_check(checking *k, const row *w)
{
    source_capture *own = &k->captures[w->origin];
    const place now = {k->number, k->record.ts_ns, w->origin, w->expected.packet.number};
    const place *last = &own->last, *other = &own->waited_for;
    if (other->number && is_behind(other, &now))
        return place_differs(k, other, &now);
    if (k->origins.by_time && last->number &&
        (last->ts_ns != now.ts_ns ? last->ts_ns > now.ts_ns
                                  : last->origin_packet > now.origin_packet))
        return place_differs(k, last, &now);
    own->last = now;
    for (size_t i = 0; i < k->origins.count; i++) {
        place *waited_for = &k->captures[i].waited_for;
        if (!waited_for->number || is_behind(&now, waited_for))
            *waited_for = now;
    }
    own->waited_for.number = 0;
    const uint64_t missing =
        k->origins.by_time ? pkt_mix_supply_missing(own->supply, &now.ts_ns) : 0;
    return missing ? found(k,
                           "packet %" PRIu64 " of " SHOWN " is missing: packet %" PRIu64
                           " of the mixture is later",
                           missing, own->path, k->number)
                   : 0;
}

/* Check packet k->number: 2: there is no more; 1: a fault; 0; -1. */
static int packet_check(checking *k, pkt_err *err)
{
    const int more = record_next(k, err);
    const int got = more < 0 ? -1 : row_next(k, k->number, err);
    const row *w = row_at(k, k->number);
    if (got < 0 || got == 1)
        return got;
    if (got == 2)
        return more == 0 ? 2
                         : found(k, "packet %" PRIu64 " has no row in the truth, which ends before",
                                 k->number);
    if (more == 0)
        return found(
            k, "packet %" PRIu64 " of " SHOWN " is missing: the mixture ends after packet %" PRIu64,
            w->expected.packet.number, k->captures[w->origin].path, k->number - 1);
    if (!is_expected(&k->record, &w->expected))
        return mismatch(k, err);
    const int bad = order_check(k, w);
    return bad ? bad : owner_check(k, w, err);
}

/* Every capture has been used up. */
static int rest_check(checking *k, const pkt_notices *notices, pkt_err *err)
{
    for (size_t i = 0; i < k->origins.count; i++) {
        uint64_t number;
        const int got = pkt_mix_supply_rest(k->captures[i].supply, &number, err);
        if (got < 0)
            return -1;
        if (got > 0)
            return found(k, "packet %" PRIu64 " of " SHOWN " is missing", number,
                         k->captures[i].path);
        k->finding->backwards += pkt_mix_supply_backwards(k->captures[i].supply);
        const pkt_err *cut = pkt_mix_supply_cut(k->captures[i].supply);
        if (cut)
            pkt_notice_err(notices, k->origins.at[i].path, cut, "compared up to there");
    }
    return 0;
}

int pkt_mix_check(const char *truth, const char *mixture, pkt_mix_finding *finding,
                  const pkt_notices *notices, pkt_err *err)
{
    checking k = {.finding = finding};
    *finding = (pkt_mix_finding){.found = false};
    int got = check_open(&k, truth, mixture, err);
    while (got == 0) {
        k.number++;
        got = packet_check(&k, err);
        finding->packets += got == 0;
    }
    if (got == 2)
        got = rest_check(&k, notices, err);
    finding->captures = k.origins.count;
    check_close(&k);
    return got < 0 ? -1 : 0;
}
