/* Bytes of text cells as text: what CSV, Arrow, Parquet and messages show. A backslash is `\\`;
 * bytes of control characters, of characters that reorder text, and bytes that are not UTF-8 are
 * `\xNN` (see pkt_character()). */
#ifndef PKT_ESCAPE_H
#define PKT_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of text for a byte, at most. */
enum { PKT_ESCAPE_MOST = 4 };

/* Write the text form of `size` bytes, without a final 0; there is room for PKT_ESCAPE_MOST * size
 * bytes. Returns its end. */
char *pkt_escape(char *text, const char *bytes, size_t size);
/* The reverse, in place: `size` bytes of text become bytes. Returns how many, or -1 if a backslash
 * is not followed by what pkt_escape() writes. */
int64_t pkt_unescape(char *text, size_t size);

#endif
