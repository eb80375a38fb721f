/* Programs of others that are measured through a driver, a Python program that speaks as
 * `pktbench worker` does: see parsers/external/external.py. */
#ifndef PKT_PYTHON_H
#define PKT_PYTHON_H

#include <stddef.h>

/* The interpreter: PKTBENCH_PYTHON, or that of the environment that `./run setup externals` makes,
 * or python3. */
void python_path(char *path, size_t size);

#endif
