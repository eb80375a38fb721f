/* Programs of others that are measured through a driver, a Python program that speaks as
 * `pktbench worker` does: see parsers/peers/peer.py. */
#ifndef PKT_PEER_H
#define PKT_PEER_H

#include <stddef.h>

/* The interpreter: PKTBENCH_PYTHON, or that of the environment that `./run setup peers` makes, or
 * python3. */
void peer_python(char *path, size_t size);

#endif
