/* Is a file a capture, and of which format? Decided by its first bytes, never by its name. */
#ifndef PKT_PROBE_H
#define PKT_PROBE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "parsers/core/containers.h"
#include "pktbench.h"

/* Bytes of a file that are enough for pkt_head_detect() to know a capture, and to know what else it
 * is. */
enum { PKT_HEAD_BYTES = PCAP_FILE_HEADER, PKT_PROBE_BYTES = 512 };

/* The format by the magic of the first `size` bytes, and whether numbers have the other byte order
 * than this machine. 0, or -1 and *err with what the file is instead, if that is known. */
int pkt_format_detect(const uint8_t *bytes, size_t size, pkt_format *format, bool *swapped,
                      pkt_err *err);
/* The same; a file that ends inside its header is refused too. */
int pkt_head_detect(const uint8_t *bytes, size_t size, pkt_format *format, bool *swapped,
                    pkt_err *err);

/* Is it a regular file or, if `pipes`, a pipe? *st is filled. 0, or -1 and *err with what to do. */
int pkt_file_check(int fd, bool pipes, struct stat *st, pkt_err *err);

#endif
