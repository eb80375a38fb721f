/* External programs are measured through a driver: a Python program with the same protocol as
 * `pktbench worker`. See parsers/external/external.py. */
#ifndef PKT_PYTHON_H
#define PKT_PYTHON_H

#include <stddef.h>

/* Path of the Python interpreter: PKTBENCH_PYTHON, else that of the environment that `./run setup
 * externals` creates, else python3. */
void python_path(char *path, size_t size);

#endif
