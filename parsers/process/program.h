/* Another program: run it and wait for its end. */
#ifndef PKT_PROGRAM_H
#define PKT_PROGRAM_H

/* Run argv[0], searched for in PATH, without standard input. Files take its standard output and its
 * standard error; the same path: one file has both. Returns its exit status, or -1 if it did not
 * start or a signal ended it. */
int pkt_program_run(char *const *argv, char *const *environment, const char *output,
                    const char *messages);

#endif
