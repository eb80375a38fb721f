#include "parsers/query/warnings.h"

#include <inttypes.h>

#include "parsers/util/error.h"

/* What follows the number. */
static const char *const texts[] = {
    [PKT_WARN_NO_TIME] = "packets have time 0, for example because simple packet blocks have no "
                         "time stamp",
    [PKT_WARN_TIME_REPLACED] =
        "packets have times outside of 1677 to 2262; they were replaced by the first or the last "
        "time that 64 bits of nanoseconds hold",
    [PKT_WARN_TIME_ORDER] = "packets are earlier than the packet before them",
    [PKT_WARN_INNER_HEADERS] =
        "packets may contain an inner IP header (tunnel, ICMP error); Wireshark also numbers inner "
        "streams, and its numbers may therefore be higher",
    [PKT_WARN_NO_ADDRESS] = "packets without IP addresses were not counted",
    [PKT_WARN_LATE] = "packets are older than the window in which they were counted",
    [PKT_WARN_DROPPED] = "packets were dropped by the kernel: rows are read more slowly than "
                         "packets arrive, or the buffer is too small for bursts",
    [PKT_WARN_NO_CAPTURES] = "files or folders were passed over, because they are no captures"};

static pkt_warning warning_of(pkt_warning_code code, const char *path, uint64_t count)
{
    return (pkt_warning){.struct_size = sizeof(pkt_warning),
                         .code = code,
                         .count = count,
                         .pos = PKT_POS_NONE,
                         .path = path};
}

/* "PATH: ", or nothing. Returns its length. */
static size_t path_write(pkt_warning *w)
{
    const int size = w->path ? snprintf(w->text, sizeof w->text, "%s: ", w->path) : 0;
    return size < 0 || (size_t)size >= sizeof w->text ? sizeof w->text - 1 : (size_t)size;
}

void pkt_warn(const pkt_warnings *warnings, pkt_warning_code code, const char *path, uint64_t count)
{
    pkt_warning w = warning_of(code, path, count);
    const size_t at = path_write(&w), room = sizeof w.text - at;
    if (!count)
        return;
    if (code == PKT_WARN_DUPLICATES)
        (void)snprintf(w.text + at, room,
                       "%" PRIu64 " packets may be duplicates: all columns but the time, and the "
                       "IP identification, are those of one of the %d packets before; `pktbench "
                       "info` compares bytes",
                       count, WATCH_ROWS);
    else if (code == PKT_WARN_FEATURES_EVICTED)
        (void)snprintf(w.text + at, room,
                       "%" PRIu64 " flows were evicted from memory; a larger %s avoids this", count,
                       warnings->max_flows);
    else
        (void)snprintf(w.text + at, room, "%" PRIu64 " %s", count, texts[code]);
    warnings->take(warnings->self, &w);
}

void pkt_warn_undecoded(const pkt_warnings *warnings, const char *path,
                        const pkt_undecoded *undecoded)
{
    char text[PKT_UNDECODED_TEXT];
    pkt_undecoded sorted = *undecoded;
    pkt_undecoded_sort(&sorted);
    for (size_t i = 0; pkt_undecoded_text(&sorted, i, text); i++) {
        pkt_warning w = warning_of(PKT_WARN_NOT_DECODED, path, pkt_undecoded_packets(&sorted, i));
        const size_t at = path_write(&w);
        (void)snprintf(w.text + at, sizeof w.text - at, "%s", text);
        warnings->take(warnings->self, &w);
    }
}

static void evicted_warn(const pkt_warnings *warnings, const char *path, uint64_t count,
                         uint32_t limit)
{
    pkt_warning w = warning_of(PKT_WARN_FLOWS_EVICTED, path, count);
    const size_t at = path_write(&w);
    (void)snprintf(w.text + at, sizeof w.text - at,
                   "%" PRIu64 " flows were evicted, least recently used first, to keep the limit "
                   "of %" PRIu32 " (%s); if such a flow continues, it gets a new stream number",
                   count, limit, warnings->max_flows);
    if (count)
        warnings->take(warnings->self, &w);
}

void pkt_warn_flows(const pkt_warnings *warnings, const char *path, const pkt_flow_report *flows,
                    uint32_t limit)
{
    evicted_warn(warnings, path, flows->evicted, limit);
    pkt_warn(warnings, PKT_WARN_INNER_HEADERS, path, flows->inner);
}

void pkt_warn_features(const pkt_warnings *warnings, const pkt_features *features)
{
    const pkt_features_report report = pkt_features_get_report(features);
    pkt_warn_features_report(warnings, &report);
}

void pkt_warn_features_report(const pkt_warnings *warnings, const pkt_features_report *report)
{
    pkt_warn(warnings, PKT_WARN_FEATURES_EVICTED, NULL, report->evicted);
    pkt_warn(warnings, PKT_WARN_NO_ADDRESS, NULL, report->without_address);
    pkt_warn(warnings, PKT_WARN_LATE, NULL, report->late);
}

void pkt_warn_labels(const pkt_warnings *warnings, pkt_labels *labels, bool whole)
{
    const pkt_labels_report r = pkt_labels_get_report(labels, whole);
    const char *file = pkt_labels_path(labels);
    pkt_warning w = warning_of(PKT_WARN_NO_LABEL, NULL, r.without);
    (void)snprintf(w.text, sizeof w.text,
                   "%.200s: %" PRIu64 " of %" PRIu64 " packets have no label", file, r.without,
                   r.packets);
    if (r.without)
        warnings->take(warnings->self, &w);
    w = warning_of(PKT_WARN_LABELS_BEHIND, NULL, r.behind);
    (void)snprintf(w.text, sizeof w.text,
                   "%.200s: has labels of packets behind the last one, %" PRIu64
                   ": is it of another capture?",
                   file, r.behind);
    if (r.behind)
        warnings->take(warnings->self, &w);
    w = warning_of(PKT_WARN_STREAM_LABELS, NULL, r.several);
    (void)snprintf(w.text, sizeof w.text,
                   "%" PRIu64 " of %" PRIu64
                   " streams have packets of several labels: each has the label of most of its "
                   "packets, so that %" PRIu64 " packets have another one than in %.200s",
                   r.several, r.streams, r.changed, file);
    if (r.several)
        warnings->take(warnings->self, &w);
}

void pkt_warn_truncated(const pkt_warnings *warnings, const char *path, const pkt_err *err,
                        uint64_t rows, const char *what)
{
    pkt_warning w = warning_of(PKT_WARN_TRUNCATED, path, rows);
    char text[PKT_ERR_TEXT];
    const size_t at = path_write(&w);
    w.pos = err->pos;
    (void)snprintf(w.text + at, sizeof w.text - at, "%s: %" PRIu64 " %s", pkt_err_text(err, text),
                   rows, what);
    warnings->take(warnings->self, &w);
}
