/* Errors as text, and errors about names. */
#ifndef PKT_ERROR_H
#define PKT_ERROR_H

#include <stdbool.h>

#include "parsers/util/nearest.h"
#include "pktbench.h"

/* Bytes that pkt_err_text() fills, at most. */
enum { PKT_ERR_TEXT = sizeof(((pkt_err *)0)->msg) + 40 };

/* "MESSAGE (at byte N)", without the position if there is none. Returns `text`. */
const char *pkt_err_text(const pkt_err *err, char text[PKT_ERR_TEXT]);
/* Say what the error is about: "ABOUT: MESSAGE". A long `about` keeps its end. Returns -1. */
int pkt_err_about(pkt_err *err, const char *about);
/* Fill *err and return -1: PKT_ERR_MEMORY, "no memory for WHAT". */
int pkt_fail_memory(pkt_err *err, const char *what);
/* A file could not be opened, for the reason in errno. Fill *err and return -1: "WHATREASON", or
 * "WHATno folder FOLDER" with the first folder of the path that is not there. */
int pkt_fail_open(pkt_err *err, pkt_errcode code, const char *what, const char *path);

/* A list of names as text, "a, b, c"; ends in "..." if there is no room for all. Zeroed at first.
 */
typedef struct pkt_names {
    char text[140];
    size_t size;
    bool cut;
    char all[2048]; /* the names one after another, each with its 0: for suggestions */
    size_t all_size;
} pkt_names;

/* Append a name. */
void pkt_names_add(pkt_names *names, const char *name);
/* The name of the list that is most like this one, as in nearest.h; else the one with the part
 * after a hyphen that is; "" if none is. */
const char *pkt_names_nearest(const pkt_names *names, const char *name,
                              char text[PKT_NEAREST_TEXT]);
/* Fill *err and return -1: PKT_ERR_USAGE, "unknown WHAT 'NAME'; known: a, b, c", or with "; did you
 * mean b? Known: a, b, c" if one is like it. */
int pkt_fail_unknown(pkt_err *err, const char *what, const char *name, const pkt_names *known);
/* The same of a backend, where no plug-in was given: the message says how to give one. */
int pkt_fail_unknown_backend(pkt_err *err, const char *name, const pkt_names *known);

/* Stands before the folders that were searched, at the end of a message. They are this machine's:
 * results, which others read, end before it. */
#define PKT_LOOKED_IN "; looked in "

#endif
