/* The bytes of a file or a stream, decompressed as they come: gzip, zstd and xz, told by magic,
 * members one after another; else as they are. Memory is bounded, whatever the input. */
#ifndef PKT_UNPACK_H
#define PKT_UNPACK_H

#include <sys/types.h>

#include "parsers/util/pump.h"
#include "pktbench.h"

typedef struct pkt_decompress pkt_decompress;

/* Take the descriptor over: it is closed with the decompression, also when that cannot be opened.
 * `pump` outlives it: what is read goes into it, and reading ends when its reader has gone; NULL:
 * it goes elsewhere. NULL and *err on failure. */
pkt_decompress *pkt_decompress_open(int fd, const pkt_pump *pump, pkt_err *err);
void pkt_decompress_close(pkt_decompress *decompress);
/* "gzip", "zstd", "xz"; NULL: the bytes come as they are. */
const char *pkt_decompress_format(const pkt_decompress *decompress);
/* Up to `size` bytes, at least 1; 0 at the end; -1 and *err, whose position is an offset in the
 * compressed bytes; PKT_ERR_NONE: the pump's reader has gone. The bytes before a fault are returned
 * first; every later call returns the fault again. */
ssize_t pkt_decompress_read(pkt_decompress *decompress, uint8_t *bytes, size_t size, pkt_err *err);
/* Bytes of the input that were taken in. */
uint64_t pkt_decompress_taken(const pkt_decompress *decompress);

/* The names of what this build decompresses, NULL behind the last. */
const char *pkt_decompress_name(size_t index);

#endif
