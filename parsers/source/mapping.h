/* A file read through mappings of some MiB, one after another.
 *
 * Bytes that are gone (the file became shorter) or cannot be read (the disk fails) are SIGBUS,
 * which only a handler of the process can turn into an error. A library must not set one, so that
 * files are mapped only in a program that has called pkt_mapping_allow(). There, pages that cannot
 * be read become zeros, and pkt_mapping_check() tells it.
 *
 * The bytes can change at any time: whoever decides by a byte must have copied it before. */
#ifndef PKT_MAPPING_H
#define PKT_MAPPING_H

#include <stdbool.h>
#include <sys/stat.h>

#include "pktbench.h"

/* Bytes mapped at once. The pages of a mapping count as memory of the process. */
#define PKT_MAPPING_BYTES ((size_t)2 << 20)

typedef struct pkt_mapping pkt_mapping;

/* The handler of SIGBUS is set, and calls pkt_mapping_repair(). */
void pkt_mapping_allow(void);
/* Is the address in a mapping of this file's? Then its page is zeros from now on.
 * Async-signal-safe.
 */
bool pkt_mapping_repair(const void *address);
/* Can the file be mapped? false of pipes, and of files on network file systems, which other
 * machines change without notice. */
bool pkt_mapping_possible(int fd);

/* Map pieces of at least `bytes` of the open regular file `fd`, which stays the caller's. NULL and
 * *err: PKT_ERR_USAGE where it is not allowed, PKT_ERR_LIMIT, PKT_ERR_MEMORY. */
pkt_mapping *pkt_mapping_open(int fd, size_t bytes, pkt_err *err);
/* NULL: nothing. */
void pkt_mapping_close(pkt_mapping *mapping);
/* Map the piece that begins at or before `offset`, with `least` bytes or more from there on, or
 * what the file has. The piece before it is gone. 0, or -1 and *err. */
int pkt_mapping_move(pkt_mapping *mapping, uint64_t offset, size_t least, pkt_err *err);
/* The piece: its bytes, NULL if it is empty; their number; the offset of the first one. */
const uint8_t *pkt_mapping_bytes(const pkt_mapping *mapping);
size_t pkt_mapping_size(const pkt_mapping *mapping);
uint64_t pkt_mapping_offset(const pkt_mapping *mapping);
/* Size of the file at the last check. */
uint64_t pkt_mapping_file_size(const pkt_mapping *mapping);
/* Was all right that was read since the last check? 0; or -1 and *err: PKT_ERR_TRUNCATED,
 * PKT_ERR_CORRUPT (the file was changed) or PKT_ERR_IO. `from`: offset of what was read since then,
 * for *err. What was added to the file is seen from here on. */
int pkt_mapping_check(pkt_mapping *mapping, uint64_t from, pkt_err *err);
/* Copy up to `count` bytes from `offset` on, and check them. How many, 0 at the end of the file, or
 * -1 and *err. */
ssize_t pkt_mapping_copy(pkt_mapping *mapping, uint64_t offset, uint8_t *to, size_t count,
                         pkt_err *err);

/* Was a file of this size and time changed since, into *now? 0; or -1 and *err, at the offset
 * `from`. One that became longer was not. */
int pkt_file_unchanged(const struct stat *before, const struct stat *now, uint64_t from,
                       pkt_err *err);

#endif
