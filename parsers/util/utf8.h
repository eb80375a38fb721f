/* UTF-8 (RFC 3629), and texts that may be shown. */
#ifndef PKT_UTF8_H
#define PKT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Length of the UTF-8 sequence at `at`, 1 to 4 bytes; 0 if there is no valid one within `left`
 * bytes. `left` is at least 1. */
size_t pkt_utf8_length(const uint8_t *at, size_t left);
/* Length of the character at `at`; 1 for a byte that is not UTF-8. *plain: it is UTF-8, and neither
 * a control character (C0, DEL, C1, line and paragraph separator) nor one that reorders text. */
size_t pkt_character(const uint8_t *at, size_t left, bool *plain);
/* The character's number; `length` is what pkt_utf8_length() gave. */
uint32_t pkt_code_point(const uint8_t *at, size_t length);
/* Are all characters of the text plain? */
bool pkt_text_is_plain(const char *text);

#endif
