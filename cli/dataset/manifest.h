/* The manifest of a dataset: what it was begun with, and which captures are in it.
 *
 * It is the folder `_pktbench` of the dataset, which readers pass over because of its first
 * character: `dataset.json` with the options of all rows, and `captures/NAME.json` for each capture
 * whose rows are there. Files of a capture are written to `new/`. When all are whole, the entry
 * names them with their sizes; then they are moved to their places. A capture is finished if there
 * is an entry and all of its files are there: whatever ends the process, a later run knows which
 * files are whose. */
#ifndef PKT_MANIFEST_H
#define PKT_MANIFEST_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/dataset/input_state.h"
#include "cli/dataset/split.h"

typedef struct manifest {
    char *root;      /* owned; folder of the dataset, without a slash at its end */
    char *stage;     /* owned; folder of files that are not yet whole */
    int lock;        /* descriptor; one run at a time writes. Processes that are forked keep it */
    json_t *entries; /* owned; names of captures and their entries */
} manifest;

/* A capture that was read. */
typedef struct manifest_entry {
    const char *name; /* escaped */
    const char *path, *label;
    input_state input;
    const char *damage; /* why it ended early; NULL: it did not. It is read again */
    const char *cut;    /* where it ends inside a packet; NULL: it does not. It is not read again */
} manifest_entry;

typedef enum manifest_status {
    MANIFEST_NEW,
    MANIFEST_FINISHED,
    MANIFEST_AGAIN /* there are rows that do not stand any more */
} manifest_status;

/* Begin a dataset in the folder, which is created; or with `resume` go on with the one that is
 * there, if `options` and version are the same. Refused: files that are not the dataset's; a
 * dataset that has captures, without `resume`; another run at work. 0; or -1 and *err with nothing
 * to close. Takes `options`. */
int manifest_open(manifest *m, const char *root, bool resume, json_t *options, pkt_err *err);
/* Is the capture finished, and unchanged? *why: a reason for MANIFEST_AGAIN. */
manifest_status manifest_find(const manifest *m, const manifest_entry *capture, const char **why);
/* Where the capture ended inside a packet when it was read; NULL: it did not. */
const char *manifest_cut(const manifest *m, const char *name);
/* Captures of the dataset that are not in the object `named`, for manifest_twin(): owned by the
 * caller, NULL without memory. */
json_t *manifest_others(const manifest *m, const json_t *named);
/* The name that the capture has among these: of the same path, links resolved, or, where that was
 * not noted, of the same size and digest. NULL: it is none of them. */
const char *manifest_twin(const manifest *m, manifest_entry *capture, const json_t *others);
/* The path that the capture of this name was given by; "" if it is unknown. */
const char *manifest_path(const manifest *m, const char *name);
/* Captures in the dataset before this run. */
size_t manifest_count(const manifest *m);
bool manifest_has(const manifest *m, const char *name);
/* The files of the capture are whole: remove what an earlier run wrote for it, write its entry,
 * and place the files. 0, or -1 and *err. */
int manifest_put(const manifest *m, const manifest_entry *capture, split *files, pkt_err *err);
/* The capture cannot be read any more: remove what an earlier run wrote for it, and its entry.
 * false: there was nothing. */
bool manifest_drop(const manifest *m, const char *name);
void manifest_close(manifest *m);

#endif
