/* Output files that appear whole or not at all: written under a temporary name, then renamed. */
#ifndef PKT_ATOMIC_FILE_H
#define PKT_ATOMIC_FILE_H

#include <stdio.h>

#include "pktbench.h"

/* Bytes that a file gets at a time. The page cache keeps what is written together in one piece of
 * memory, and a file of small pieces costs its readers more for good: measured 24.6 ns a packet for
 * raw over a file written by 4 KiB, 19.1 by 64 KiB, 18.8 by 1 MiB. */
#define PKT_OUTFILE_BYTES ((size_t)1 << 20)

typedef struct pkt_atomic_file {
    FILE *file;
    char *buffer; /* the file's, PKT_OUTFILE_BYTES; NULL where it is written in place */
    char *path;   /* final name, not a symbolic link; NULL for an open descriptor */
    char *temp;   /* name while it is written; NULL when written in place (a device, a pipe) */
    int nameless; /* it gets that name only when it is whole: a killed process leaves nothing */
} pkt_atomic_file;

/* Results of pkt_path_descriptor() that are no number. */
enum {
    PKT_PATH_OTHER = -1,  /* of a file, or of nothing */
    PKT_PATH_FOREIGN = -2 /* /proc/PID/fd/N, of another process */
};
/* The number of the descriptor of this process that the path names, itself or by symbolic links:
 * /dev/stdout, /dev/fd/N, /proc/self/fd/N. It need not be open. */
int pkt_path_descriptor(const char *path);
/* Open `path` for writing; "-" is standard output, and what names a descriptor of this process is
 * written through that, where it stands, and never replaced, nor is a file by a descriptor of
 * another process, which is refused. What exists and is no regular file (/dev/full, a pipe) is
 * written in place. A file that exists is replaced by one with its mode and, where that
 * is allowed, its owner; of a symbolic link, its target is replaced, and a link without a target is
 * refused. 0, or -1 and *err. */
int pkt_atomic_file_open(pkt_atomic_file *out, const char *path, pkt_err *err);
/* Flush, check, close, rename. 0; -1 and *err with nothing left behind. */
int pkt_atomic_file_commit(pkt_atomic_file *out, pkt_err *err);
/* Commit files that belong together; those that were not opened are passed over. All are flushed,
 * checked and closed before the first is renamed, in this order: if one cannot be written, the
 * files that are there stay as they are. 0; or -1, *err, and *failed, the file that it is about,
 * with nothing left behind. */
int pkt_atomic_files_commit(pkt_atomic_file *const *files, size_t count, size_t *failed,
                            pkt_err *err);
/* Flush, check, close, and give the file this name in the folder that it was opened for, if nothing
 * has it: what is there is not replaced, also if it comes at the same time. 0; 1: the name is
 * taken, and another one can be tried; -1 and *err with nothing left behind. */
int pkt_atomic_file_commit_new(pkt_atomic_file *out, const char *path, pkt_err *err);
/* Are both names of the same regular file? */
int pkt_same_file(const char *one, const char *other);
/* Give up: close and remove the temporary file. */
void pkt_atomic_file_abandon(pkt_atomic_file *out);

#endif
