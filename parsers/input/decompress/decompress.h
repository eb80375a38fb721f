/* Reads a file or pipe and decompresses gzip, zstd and xz, which are detected by magic number.
 * Files of several members are supported. Other input is passed through. Memory use is bounded for
 * any input. */
#ifndef PKT_DECOMPRESS_H
#define PKT_DECOMPRESS_H

#include <sys/types.h>

#include "parsers/util/pump.h"
#include "pktbench.h"

typedef struct pkt_decompress pkt_decompress;

/* Takes ownership of the descriptor: it is closed by pkt_decompress_close(), and also if open
 * fails. `pump`: receives the output, and reading ends when its reader closes the pipe; it must
 * outlive the decompression; NULL: none. NULL and *err on failure. */
pkt_decompress *pkt_decompress_open(int fd, const pkt_pump *pump, pkt_err *err);
void pkt_decompress_close(pkt_decompress *decompress);
/* "gzip", "zstd" or "xz"; NULL: not compressed. */
const char *pkt_decompress_format(const pkt_decompress *decompress);
/* Read 1 to `size` bytes. 0 at the end; -1 and *err, with the offset in the compressed input.
 * PKT_ERR_NONE: the pump's reader has closed the pipe. Bytes before an error are returned first;
 * later calls return the same error. */
ssize_t pkt_decompress_read(pkt_decompress *decompress, uint8_t *bytes, size_t size, pkt_err *err);
/* Bytes of the (compressed) input that were used. */
uint64_t pkt_decompress_taken(const pkt_decompress *decompress);

/* Name of format number `index` that this build supports; NULL past the end. */
const char *pkt_decompress_name(size_t index);

#endif
