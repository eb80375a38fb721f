/* A capture as the user names it: a file, a compressed one, a pipe, or "-", standard input.
 *
 * Backends read files by themselves. A plain file is handed to them as it is; all else is
 * decompressed either by a thread into a pipe that a backend opens as a file (once; memory stays
 * bounded), or into a file of its own (for what is read more than once, as all that is timed). */
#ifndef PKT_INPUT_H
#define PKT_INPUT_H

#include <stdbool.h>

#include "parsers/util/pump.h"
#include "pktbench.h"

typedef struct pkt_input pkt_input;

/* Is it a capture? NULL and *err if not. `path` must outlive the input. */
pkt_input *pkt_input_open(const char *path, pkt_err *err);
/* The same for the thread of `pump`, which outlives the input and reads it: when the reader of
 * `pump` has gone, the input ends early, or cannot be opened, with PKT_ERR_NONE. */
pkt_input *pkt_input_open_for(const char *path, const pkt_pump *pump, pkt_err *err);
/* For one run of a backend; of a stream the size is 0. Lives as long as the input. */
const pkt_capture *pkt_input_capture(const pkt_input *input);
/* "gzip", "zstd", "xz"; NULL: it is not compressed. */
const char *pkt_input_compression(const pkt_input *input);
/* The run is over: `bad` and *err are what it ended with. Where the decompression failed, that is
 * why the run ended as it did, and *err says so. The result is what the whole ended with: 0 or -1.
 */
int pkt_input_end(pkt_input *input, int bad, pkt_err *err);
void pkt_input_close(pkt_input *input);

/* Must it be decompressed or gathered, or is it a plain file? What cannot be opened counts as one.
 */
bool pkt_input_is_file(const char *path);
/* Write the capture's plain bytes to the file `to`. 0; or -1 and *err: with PKT_ERR_TRUNCATED the
 * file has what there was; otherwise there is none. Passing PKT_MAX_DECOMPRESS_RATIO is
 * PKT_ERR_LIMIT. */
int pkt_input_save(const char *path, const char *to, pkt_err *err);
/* What to call it in a message: the path, or "standard input". */
const char *pkt_input_shown(const char *path);

#endif
