/* Folders of a dataset: what is in them, and removing it. */
#ifndef PKT_DATASET_FOLDER_H
#define PKT_DATASET_FOLDER_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

#include "pktbench.h"

/* Create the folders of the path that do not exist; what is behind its last slash is none. 0, or -1
 * and errno. */
int folders_make(const char *path);
/* Call `take` for every file in the folder, until it gives -1; a folder that is not there is empty.
 * 0, or -1 and *err. */
int folder_each(const char *folder,
                int (*take)(void *self, const char *path, const char *name, pkt_err *err),
                void *self, pkt_err *err);
/* Remove all files in the folder. 0, or -1 and *err. */
int folder_empty(const char *folder, pkt_err *err);
/* Is there a file below the folder that is not a name in the object `known`? Names that begin with
 * `_` or a dot are passed over, as readers do. *path: the first one, relative to the folder. */
bool folder_foreign(const char *folder, const json_t *known, char path[PATH_MAX]);
/* Remove a file below the folder, and the folders above it that are then empty. */
void folder_remove_file(const char *folder, const char *path);

#endif
