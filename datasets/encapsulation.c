/* Headers of a frame between the link header and the transport header. */
#include "datasets/frame.h"

void frame_vlan(frame *f, unsigned id, unsigned type)
{
    if (!f->truth.vlan_id)
        f->truth.vlan_id = (uint16_t)id;
    put_u16(f, id);
    put_u16(f, type);
    f->truth.eth_type = (uint16_t)type;
    frame_header_add(f, PKT_HAS_VLAN, 0, type);
}

void frame_mpls(frame *f, unsigned label, bool bottom)
{
    put_u32(f, label << 12 | (bottom ? 0x100 : 0) | 64);
    frame_header_add(f, 0, 0, 0);
}

void frame_pppoe(frame *f, unsigned session, unsigned protocol)
{
    f->pppoe = f->size;
    put_u16(f, 0x1100); /* version 1, type 1, session data */
    put_u16(f, session);
    put_u16(f, 0); /* length */
    put_u16(f, protocol);
    frame_header_add(f, 0, 0, 0);
}

void frame_llc(frame *f, unsigned dsap, unsigned ssap, unsigned control)
{
    put_u8(f, dsap);
    put_u8(f, ssap);
    put_u8(f, control);
    frame_header_add(f, 0, 0, 0);
}

void frame_snap(frame *f, unsigned type)
{
    frame_llc(f, 0xaa, 0xaa, 0x03);
    put_u8(f, 0); /* organization */
    put_u16(f, 0);
    put_u16(f, type);
    frame_header_add(f, 0, 0, 0);
}

void frame_ip_options(frame *f, size_t size)
{
    if (f->truth.ip_version != 4 || size % 4 != 0 || size > 40)
        f->defect = "IP options of a wrong size, or not on IPv4";
    f->bytes[f->ip] = (uint8_t)(0x45 + size / 4);
    for (size_t i = 0; i < size; i++)
        put_u8(f, 1); /* no operation */
    frame_header_add(f, 0, 0, 0);
}

void frame_fragment(frame *f, bool more, unsigned offset)
{
    if (f->truth.ip_version != 4 || offset % 8 != 0)
        f->defect = "a fragment offset that is no multiple of 8, or not on IPv4";
    store_u16(f->bytes + f->ip + 6, (more ? 0x2000 : 0) | offset / 8);
    f->truth.ip_flags = more;
    f->truth.frag_off = (uint16_t)offset;
    if (offset)
        frame_verdict(f, PKT_FRAGMENT);
}

void frame_hop_by_hop(frame *f, unsigned proto)
{
    static const uint8_t router_alert[] = {5, 2, 0, 0, 1, 0}; /* and PadN */
    put_u8(f, proto);
    put_u8(f, 0);
    put_bytes(f, router_alert, sizeof router_alert);
    frame_header_add(f, 0, proto, 0);
}

void frame_extension(frame *f, unsigned proto, unsigned words)
{
    const size_t padding = (size_t)words * 8 - 4;
    put_u8(f, proto);
    put_u8(f, words - 1);
    put_u8(f, 1); /* PadN, RFC 8200 section 4.2 */
    put_u8(f, (unsigned)padding);
    put_u32(f, 0);
    frame_header_add(f, 0, proto, 0); /* a decoder knows the next header from the first 8 bytes */
    for (size_t i = 4; i < padding; i++)
        put_u8(f, 0);
    frame_header_add(f, 0, 0, 0);
}

void frame_fragment6(frame *f, unsigned proto, uint32_t id)
{
    put_u8(f, proto);
    put_u8(f, 0);
    put_u16(f, 0); /* offset 0, no more fragments */
    put_u32(f, id);
    f->truth.ip_id = id;
    frame_header_add(f, PKT_HAS_FRAG, proto, 0);
}

void frame_ah(frame *f, unsigned proto, random_state *random)
{
    put_u8(f, proto);
    put_u8(f, 4); /* 24 bytes, in 4-byte words minus 2 */
    put_u16(f, 0);
    put_u32(f, 0x137); /* security parameters index, sequence number */
    put_u32(f, 1);
    frame_header_add(f, 0, proto, 0);
    put_random(f, random, 12);
    frame_header_add(f, 0, 0, 0);
}
