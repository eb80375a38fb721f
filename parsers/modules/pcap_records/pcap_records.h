/* Runs of modules in C++ whose records are read by libpcap itself: opening, batches, and the end of
 * a capture or its fault. What a library makes of a record is the module's.
 *
 * A module's run derives from pcap_records and has
 *   static constexpr const char *library      named in messages
 *   static constexpr size_t row_text          the most text of a row at level `app`, bytes
 *   void record_read(const pcap_pkthdr &, const uint8_t *data, pkt_batch &, size_t at)
 * Its functions in the table are pcap_run_open<run>, pcap_run_next<run> and pcap_run_close<run>. */
#ifndef PKT_PCAP_RECORDS_H
#define PKT_PCAP_RECORDS_H

#include "pktbench.h"

#include <cstring>
#include <exception>
#include <memory>
#include <new>

#include <pcap/pcap.h>

struct pcap_closer {
    void operator()(pcap_t *pcap) const
    {
        pcap_close(pcap);
    }
};

struct pcap_records {
    std::unique_ptr<pcap_t, pcap_closer> pcap;
    pkt_level level = PKT_LEVEL_FRAMES;
    int dlt = DLT_NULL;
    uint16_t link_type = 0;
    bool short_seconds = false; /* classic pcap: the seconds are 32 bits without a sign */
    pkt_err fault{};            /* returned after the rows before it */

    int open(const pkt_capture &capture, const pkt_request &request, pkt_err *err)
    {
        constexpr uint16_t linktype_raw = 101; /* DLT_RAW is 12 or 14 */
        char words[PCAP_ERRBUF_SIZE];
        pcap.reset(pcap_open_offline_with_tstamp_precision(capture.path, PCAP_TSTAMP_PRECISION_NANO,
                                                           words));
        if (!pcap)
            return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libpcap: %s", words);
        level = request.level;
        dlt = pcap_datalink(pcap.get());
        link_type = dlt == DLT_RAW ? linktype_raw : static_cast<uint16_t>(dlt);
        short_seconds = capture.format == PKT_FORMAT_PCAP;
        return 0;
    }

    int64_t seconds_of(const pcap_pkthdr &header) const
    {
        return short_seconds ? static_cast<uint32_t>(header.ts.tv_sec) : header.ts.tv_sec;
    }

    /* The columns of a frame. */
    void frame_read(const pcap_pkthdr &header, pkt_batch &batch, size_t at) const
    {
        /* tv_usec holds nanoseconds, as open() asked for. */
        batch.ts_ns[at] = pkt_time_ns(seconds_of(header), header.ts.tv_usec);
        batch.cap_len[at] = header.caplen;
        batch.wire_len[at] = header.len;
        batch.link_type[at] = link_type;
    }

    /* libpcap reports errors as text only; this is its text for a file that ended early. */
    void fault_read()
    {
        const char *words = pcap_geterr(pcap.get());
        const pkt_errcode code =
            std::strstr(words, "truncated") ? PKT_ERR_TRUNCATED : PKT_ERR_CORRUPT;
        pkt_fail(&fault, code, PKT_POS_NONE, "libpcap: %s", words);
    }
};

template <typename run> int pcap_batch_fill(run &r, pkt_batch &batch)
{
    size_t rows = 0;
    const bool is_app = r.level == PKT_LEVEL_APP;
    while (rows < PKT_BATCH_ROWS && r.fault.code == PKT_ERR_NONE) {
        if (is_app && batch.text_room - batch.text_used < run::row_text)
            break;
        pcap_pkthdr *header;
        const uint8_t *data;
        const int got = pcap_next_ex(r.pcap.get(), &header, &data);
        if (got == 1)
            r.record_read(*header, data, batch, rows++);
        else if (got == PCAP_ERROR_BREAK)
            break;
        else
            r.fault_read();
    }
    return static_cast<int>(rows);
}

/* Nothing that a library throws may pass through the caller, which is C: here and below. */
template <typename run>
int pcap_run_open(void *, void **out, const pkt_capture *capture, const pkt_request *request,
                  pkt_err *err)
{
    try {
        auto r = std::make_unique<run>();
        if (r->open(*capture, *request, err) != 0)
            return -1;
        *out = r.release();
        return 0;
    } catch (const std::bad_alloc &) {
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a run");
    } catch (const std::exception &thrown) {
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s: %s", run::library, thrown.what());
    }
}

template <typename run> int pcap_run_next(void *state, pkt_batch *batch, pkt_err *err)
{
    auto *r = static_cast<run *>(state);
    try {
        const int rows = pcap_batch_fill(*r, *batch);
        if (rows > 0 || r->fault.code == PKT_ERR_NONE)
            return rows;
        *err = r->fault;
        return -1;
    } catch (const std::exception &thrown) {
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s: %s", run::library, thrown.what());
    }
}

template <typename run> void pcap_run_close(void *state)
{
    delete static_cast<run *>(state);
}

#endif
