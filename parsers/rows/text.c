#include "parsers/rows/text.h"

#include "parsers/rows/digits.h"
#include "parsers/rows/escape.h"
#include "parsers/rows/rows.h"

static const char digits[] = "0123456789abcdef";

/* The cell's bits, sign-extended for none but ts_ns, which is as wide as the result. */
static uint64_t cell_bits(const pkt_batch *batch, size_t row, const pkt_column_info *info)
{
    const uint8_t *at = (const uint8_t *)batch + info->offset + row * info->size;
    uint64_t wide;
    uint32_t u32;
    uint16_t u16;
    switch (info->size) {
    case 8:
        memcpy(&wide, at, sizeof wide);
        return wide;
    case 4:
        memcpy(&u32, at, sizeof u32);
        return u32;
    case 2:
        memcpy(&u16, at, sizeof u16);
        return u16;
    default:
        return *at;
    }
}

static size_t put_group(char *text, unsigned group)
{
    size_t n = 0;
    for (int shift = 12; shift >= 0; shift -= 4)
        if (n || group >> shift & 15 || shift == 0)
            text[n++] = digits[group >> shift & 15];
    return n;
}

/* RFC 5952: no leading zeros, the first longest run of two or more zero groups as "::"; section 5:
 * the IPv4 address in an IPv4-mapped one as such. */
char *pkt_put_ipv6(char *text, uint64_t high, uint64_t low)
{
    if (high == 0 && low >> 32 == 0xffff)
        return put_ipv4(stpcpy(text, "::ffff:"), (uint32_t)low);
    unsigned groups[8];
    for (int i = 0; i < 8; i++)
        groups[i] = (unsigned)((i < 4 ? high : low) >> (48 - 16 * (i % 4)) & 0xffff);
    int zero = -1, zeros = 1;
    for (int i = 0, run = 0; i < 8; i++) {
        run = groups[i] ? 0 : run + 1;
        if (run > zeros) {
            zeros = run;
            zero = i + 1 - run;
        }
    }
    size_t n = 0;
    for (int i = 0; i < 8; i++) {
        if (i == zero) {
            text[n++] = ':';
            text[n++] = ':';
            i += zeros - 1;
            continue;
        }
        if (n && text[n - 1] != ':')
            text[n++] = ':';
        n += put_group(text + n, groups[i]);
    }
    return text + n;
}

/* As much of a text cell as fits, in quotes, so that an empty one is seen; nothing for null. */
static char *put_short_text(char *text, const pkt_batch *batch, size_t row,
                            const pkt_column_info *info)
{
    static const char rest[] = "...";
    enum { MOST = (PKT_CELL_TEXT - sizeof rest - 3) / PKT_ESCAPE_MOST };
    pkt_text cell;
    memcpy(&cell, (const uint8_t *)batch + info->offset + row * info->size, sizeof cell);
    if (cell.offset == PKT_TEXT_NULL)
        return text;
    *text++ = '"';
    text = pkt_escape(text, batch->text + cell.offset, cell.length < MOST ? cell.length : MOST);
    if (cell.length > MOST)
        text = stpcpy(text, rest);
    *text++ = '"';
    return text;
}

size_t pkt_cell_text(const pkt_batch *batch, size_t row, size_t column, char text[PKT_CELL_TEXT])
{
    const pkt_column_info *info = pkt_column_at(column);
    uint64_t bits = cell_bits(batch, row, info);
    const char *name;
    char *end = text;
    switch (info->format_as) {
    case PKT_AS_MAC:
        end = put_mac(text, bits);
        break;
    case PKT_AS_ADDRESS: {
        uint64_t low = cell_bits(batch, row, pkt_column_at(column + 1));
        const size_t version = pkt_version_column(column);
        end = cell_bits(batch, row, pkt_column_at(version)) == 6 ? pkt_put_ipv6(text, bits, low)
                                                                 : put_ipv4(text, (uint32_t)low);
        break;
    }
    case PKT_AS_VERDICT:
        name = pkt_verdict_name((pkt_verdict)bits);
        end = stpcpy(text, name ? name : "");
        break;
    case PKT_AS_IPV4:
        end = put_ipv4(text, (uint32_t)bits);
        break;
    case PKT_AS_APP:
        name = pkt_app_name((pkt_app)bits);
        end = stpcpy(text, name ? name : "");
        break;
    case PKT_AS_TEXT:
        end = put_short_text(text, batch, row, info);
        break;
    default:
        end = column == PKT_COL_ts_ns ? put_i64(text, (int64_t)bits) : put_u64(text, bits);
    }
    *end = '\0';
    return (size_t)(end - text);
}
