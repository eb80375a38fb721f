/* The study timed three Python libraries over 10 MB of CIC-IoT-2023 traffic. It is reproduced in
 * three readings; each library is compared with a native backend. */
#include "bench/outcome/study.h"

#include <string.h>

#include "bench/outcome/cell_json.h"

/* Published times in seconds: dpkt 0.12, Scapy 12.28, PyShark 141.52; ratios 1 : 102 : 1179. */
typedef struct study_row {
    const char *reading, *library;
    double published_s;
    pkt_level level;
    pkt_level native_level;
    const char *native; /* native backend that the library is compared with */
} study_row;

static const study_row rows[] = {
    {"as-published", "dpkt", 0.12, PKT_LEVEL_FRAMES, PKT_LEVEL_FRAMES, "raw"},
    {"as-published", "scapy", 12.28, PKT_LEVEL_DISSECT, PKT_LEVEL_HEADERS, "libpcap"},
    {"as-published", "pyshark", 141.52, PKT_LEVEL_DISSECT, PKT_LEVEL_DISSECT, "wireshark"},
    {"like-for-like", "dpkt", 0.12, PKT_LEVEL_HEADERS, PKT_LEVEL_HEADERS, "raw"},
    {"like-for-like", "scapy", 12.28, PKT_LEVEL_DISSECT, PKT_LEVEL_HEADERS, "libpcap"},
    {"like-for-like", "pyshark", 141.52, PKT_LEVEL_DISSECT, PKT_LEVEL_DISSECT, "wireshark"},
    {"names", "dpkt", 0.12, PKT_LEVEL_APP, PKT_LEVEL_APP, "raw"},
    {"names", "scapy", 12.28, PKT_LEVEL_APP, PKT_LEVEL_APP, "raw"},
    {"names", "pyshark", 141.52, PKT_LEVEL_APP, PKT_LEVEL_APP, "raw"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

/* The study timed the libraries without building columns. */
static cell_role library_role(const study_row *row)
{
    return strcmp(row->reading, "as-published") == 0 ? ROLE_PARSE : ROLE_MAIN;
}

static const bench_cell *cell_find(const schedule *s, const suite_slice *slice, const char *name,
                                   pkt_level level, cell_role role)
{
    for (size_t i = 0; i < s->cell_count; i++) {
        const bench_cell *c = &s->cells[i];
        if (c->role == role && suite_whole(c->slice) == slice && c->level == level &&
            strcmp(c->backend->name, name) == 0)
            return c;
    }
    return NULL;
}

/* The dpkt row of the same reading. */
static const study_row *base_of(const study_row *row)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].reading, row->reading) == 0)
            return &rows[i];
    return row;
}

static json_t *row_json(const bench_record *record, const suite_slice *slice, const study_row *row)
{
    const schedule *s = record->schedule;
    const study_row *first = base_of(row);
    const bench_cell *cell = cell_find(s, slice, row->library, row->level, library_role(row));
    const bench_cell *base = cell_find(s, slice, first->library, first->level, library_role(first));
    const bench_cell *native = cell_find(s, slice, row->native, row->native_level, ROLE_MAIN);
    if (!cell || !cell->sample_count)
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s, s:f, s:o, s:o, s:o, s:o}", "reading", row->reading,
                     "slice", slice->name, "library", row->library, "level",
                     pkt_level_name(row->level), "published_s", row->published_s, "prefix_packets",
                     slice_prefix_json(cell->slice), "slice_s", cell_slice_seconds(record, cell),
                     "to_dpkt",
                     base && base != cell ? cells_ratio(record, cell, base) : json_null(),
                     "to_native", native ? cells_ratio(record, cell, native) : json_null());
}

json_t *study_json(const bench_record *record)
{
    json_t *list = json_array();
    for (size_t i = 0; i < record->suite->count; i++)
        for (size_t j = 0; j < ROWS && !record->suite->slices[i].whole; j++) {
            json_t *row = row_json(record, &record->suite->slices[i], &rows[j]);
            if (row)
                json_array_append_new(list, row);
        }
    return list;
}
