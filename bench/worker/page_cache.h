/* A file out of the page cache, for runs that read it from the disk. */
#ifndef PKT_PAGE_CACHE_H
#define PKT_PAGE_CACHE_H

#include "pktbench.h"

/* Write the file's changes to the disk and remove all of its pages from the page cache. 0, or -1
 * and *err, also if pages stay there, as on tmpfs or if another program has mapped the file. */
int page_cache_drop(const char *path, pkt_err *err);

#endif
