/* Each layer is an inline function in its own header file; the compiler makes one function without
 * calls from them. */
#include "parsers/decode/decode.h"

#include "parsers/decode/ethernet.h"
#include "parsers/decode/frame.h"
#include "parsers/decode/link.h"

/* Inlined for every combination of NULL and not NULL, to keep tests of `hint` and `payload` out of
 * the level headers. */
ALWAYS_INLINE void decode_record(const pkt_record *record, pkt_batch *batch, size_t index,
                                 pkt_stream_hint *hint, pkt_payload *payload)
{
    pkt_decode_frame(record, batch, index);
    if (record->cap_len > record->wire_len)
        return; /* invalid lengths: which of the bytes belong to the packet is unknown */
    cursor c = {record->data, record->cap_len, record->wire_len};
    row r = {batch, index, 0, hint, payload};
    decode_result end;
    if (record->link_type == LINKTYPE_ETHERNET) {
        end.verdict = decode_ethernet(c, &r);
        end.present = r.present;
    } else {
        end = pkt_decode_link(record, batch, index, hint, payload);
    }
    batch->verdict[index] = (uint8_t)end.verdict;
    batch->present[index] = end.present;
}

void pkt_decode_frames(const pkt_record *records, size_t count, pkt_batch *batch, size_t first)
{
    for (size_t i = 0; i < count; i++)
        pkt_decode_frame(&records[i], batch, first + i);
}

void pkt_decode_headers(const pkt_record *records, size_t count, pkt_batch *batch, size_t first)
{
    for (size_t i = 0; i < count; i++)
        decode_record(&records[i], batch, first + i, NULL, NULL);
}

void pkt_decode_flows(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                      pkt_stream_hint *hints)
{
    for (size_t i = 0; i < count; i++) {
        hints[i] = (pkt_stream_hint){0};
        decode_record(&records[i], batch, first + i, &hints[i], NULL);
    }
}

void pkt_decode_payloads(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                         pkt_payload *payloads)
{
    for (size_t i = 0; i < count; i++) {
        payloads[i].wire = 0;
        decode_record(&records[i], batch, first + i, NULL, &payloads[i]);
    }
}

void pkt_decode_all(const pkt_record *records, size_t count, pkt_batch *batch, size_t first,
                    pkt_stream_hint *hints, pkt_payload *payloads)
{
    for (size_t i = 0; i < count; i++) {
        hints[i] = (pkt_stream_hint){0};
        payloads[i].wire = 0;
        decode_record(&records[i], batch, first + i, &hints[i], &payloads[i]);
    }
}
