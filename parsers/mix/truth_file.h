/* The truth of a mixture: a row for each packet, where it is from. */
#ifndef PKT_TRUTH_FILE_H
#define PKT_TRUTH_FILE_H

#include <stdio.h>

#include "parsers/mix/origin.h"
#include "parsers/rows/rows.h"

typedef struct pkt_truth_file pkt_truth_file;

/* Rows for the file, which stays the caller's. `encoder`: of a columnar format; NULL: CSV. `path`
 * and *origins must stay where they are. NULL and *err, which names the path, as for all of these.
 */
pkt_truth_file *pkt_truth_file_open(const pkt_encoder *encoder, const pkt_mix_origins *origins,
                                    FILE *file, const char *path, pkt_err *err);
/* The next packet of the mixture is packet `number` of this origin. 0, or -1 and *err. */
int pkt_truth_file_add(pkt_truth_file *truth, size_t origin, uint64_t number, pkt_err *err);
/* That was the last one. 0, or -1 and *err. */
int pkt_truth_file_end(pkt_truth_file *truth, pkt_err *err);
void pkt_truth_file_close(pkt_truth_file *truth);

/* How a truth has the text, in every format: control characters and what is not UTF-8 are `\xNN`.
 * The caller frees it. NULL without memory. */
char *pkt_truth_text(const char *text);

#endif
