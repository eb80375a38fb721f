/* Results of many machines and days, brought together: one entry for each backend and level of each
 * results file. What is compared is the time as a multiple of raw's, in the same rounds of the same
 * run; times of different machines are not. */
#ifndef PKT_BOARD_H
#define PKT_BOARD_H

#include "parsers/util/notice.h"
#include "results/load.h"

/* Results files of one board, at most. */
enum { BOARD_FILES_MAX = 128 };

typedef struct board_ends {
    double low, high;
} board_ends;

typedef struct board_entry {
    const results_file *file;
    const json_t *backend;
    const char *level;
    const results_file *traffic; /* the first file with the same slices: these are compared */
    size_t slices;               /* with a run at the level */
    size_t ranked_slices;        /* of them, ok and with a ratio to raw */
    bool is_partial;             /* the run of the file did not end */
    bool is_candidate;           /* it does the work of the level: see ranking.h */
    bool is_cross_level;         /* a ratio is to raw at another level: not ranked */
    bool is_unsure;              /* a ratio has no interval: not ranked */
    bool is_noisy;               /* its A/A control is above AA_UNUSABLE: not ranked */
    bool is_uncontrolled;        /* there is no A/A control: not ranked */
    bool is_older;               /* there is a newer entry of the same machine */
    double log_sum;              /* of the ratios */
    double low, high;            /* ends of their 95 % intervals: the least and the most; only if
                                  * not is_unsure */
    board_ends *ends;            /* of each ranked slice, in their order */
    double cells;                /* compared */
    const char *status;          /* of the first run that is not ok, or "ok" */
    size_t rank; /* 1 + the number of entries that are faster on every slice; 0: not ranked */
} board_entry;

typedef struct board {
    board_entry *list; /* by level, traffic, rank, ratio */
    size_t count;
} board;

/* Collect and rank the entries; the files must outlive them. 0, or -1 and *err. board_free() in
 * both cases. */
int board_collect(board *b, const results_file *files, size_t count, pkt_err *err);
void board_free(board *b);
/* Geometric mean of the ratios; 0 without any. */
double board_ratio(const board_entry *e);
/* Processor, cores and system of a results file, in words. */
void board_machine(const results_file *file, char *text, size_t size);

/* Write the board of the results files as FOLDER/index.html; the folder is made if it is not there.
 * A file that is there twice is left out, with a notice. 0, or -1 and *err. */
int board_write(char *const *paths, size_t count, const char *folder, const pkt_notices *notices,
                pkt_err *err);

#endif
