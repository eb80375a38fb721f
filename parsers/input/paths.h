/* The captures that operands name: files, folders of files, and patterns as a shell has them. */
#ifndef PKT_PATHS_H
#define PKT_PATHS_H

#include <stdbool.h>

#include "pktbench.h"

typedef struct pkt_paths {
    char **at;     /* paths, owned; "-" is standard input */
    size_t *below; /* where the part of a path begins that is below the folder named, or else its
                    * base name; owned */
    size_t count, room;
    bool several;  /* there may be several: more than one operand, or a folder, or a pattern */
    size_t others; /* that are no captures and were passed over: files in folders; and of what a
                    * pattern matches FIFOs, sockets, devices, and folders without captures */
    char *folder;  /* the first such folder; NULL: none; owned */
} pkt_paths;

typedef struct pkt_paths_request {
    char *const *operands;
    size_t count;
    bool recursive; /* the folders of a folder too; symbolic links to folders are not followed */
    bool missing;   /* a file that does not exist or cannot be read is no error: it is in the list,
                     * and so is a folder that cannot be listed, and, of several operands, one without
                     * captures */
} pkt_paths_request;

/* Of a folder or a pattern, the captures come in the order of their names, numbers in them by their
 * value; indexes of captures are passed over. In a folder, a capture is what has such a name
 * (.pcap, .pcapng, .cap, .dmp, also with a number behind, also compressed), and what begins as one;
 * a name that begins with a dot is passed over. All files that a pattern matches are captures. What
 * cannot be looked at is an error, or, with `missing`, in the list. 0; or -1 and *err, which names
 * the operand, with nothing to close. */
int pkt_paths_find(pkt_paths *paths, const pkt_paths_request *request, pkt_err *err);
/* The same, but *failed is the operand, and the message does not name it. */
int pkt_paths_find_of(pkt_paths *paths, const pkt_paths_request *request, const char **failed,
                      pkt_err *err);
void pkt_paths_close(pkt_paths *paths);
/* Name of the folder that holds the file, or the symbolic link to it; "" if it is unknown. `name`
 * has room for PATH_MAX bytes. */
void pkt_path_folder(const char *path, char *name);

#endif
