/* Another program: run it and wait for its end. */
#ifndef PKT_PROGRAM_H
#define PKT_PROGRAM_H

#include <stddef.h>

typedef struct pkt_program {
    char *const *argv; /* argv[0] is searched for in PATH */
    char *const *environment;
    const char *output; /* file that takes its standard output; NULL: it goes with its messages */
    double seconds;     /* time limit */
} pkt_program;

/* Run the program without standard input, in a process group of its own. The last line of its
 * messages is copied to `last`, as far as `size` bytes with the final 0 have room; NULL: it is
 * not. Returns its exit status, or -1 if it did not start, a signal ended it, or it had more time
 * or memory than it may: then `last` says so. */
int pkt_program_run(const pkt_program *program, char *last, size_t size);

#endif
