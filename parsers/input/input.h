/* A capture as the user names it: a file, a compressed file, a pipe, or "-", standard input.
 *
 * Backends open files by path. A plain file is opened as it is. Anything else is decompressed: by a
 * thread into a pipe that a backend opens as a file, once, in bounded memory; or into a file, where
 * it is read more than once, as in everything that is timed. */
#ifndef PKT_INPUT_H
#define PKT_INPUT_H

#include <stdbool.h>

#include "parsers/util/pump.h"
#include "pktbench.h"

typedef struct pkt_input pkt_input;

/* `path` must outlive the input. NULL and *err if it is no capture. */
pkt_input *pkt_input_open(const char *path, pkt_err *err);
/* The same for the thread of `pump`, which outlives the input and reads it: when the reader of
 * `pump` has gone, the input ends early, or cannot be opened, with PKT_ERR_NONE. */
pkt_input *pkt_input_open_for(const char *path, const pkt_pump *pump, pkt_err *err);
/* For one run of a backend; the size of a stream is 0. Lives as long as the input. */
const pkt_capture *pkt_input_capture(const pkt_input *input);
/* "gzip", "zstd" or "xz"; NULL: not compressed. */
const char *pkt_input_compression(const pkt_input *input);
/* The run has ended with `bad` (0 or -1) and *err. Returns `bad`; or -1 and *err, if the
 * decompression failed. */
int pkt_input_end(pkt_input *input, int bad, pkt_err *err);
void pkt_input_close(pkt_input *input);

/* Is it a plain file, which backends can open? true also for a file that cannot be opened. */
bool pkt_input_is_file(const char *path);
/* Can the file at this path be read a second time, unlike a pipe? true also where nothing is:
 * opening it says so. */
bool pkt_input_stays(const char *path);
/* Write the decompressed capture to the file `to`. 0; or -1 and *err: with PKT_ERR_TRUNCATED the
 * file has the bytes before the cut; otherwise there is no file. Exceeding
 * PKT_MAX_DECOMPRESS_RATIO is PKT_ERR_LIMIT. */
int pkt_input_save(const char *path, const char *to, pkt_err *err);
/* Its name in messages: the path, or "standard input". */
const char *pkt_input_shown(const char *path);

#endif
