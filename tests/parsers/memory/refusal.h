/* Allocations that fail. */
#ifndef PKT_TESTS_REFUSAL_H
#define PKT_TESTS_REFUSAL_H

#include <stdatomic.h>

/* How many allocations succeed from now on, before all others fail; below 0: some have failed. */
extern atomic_long refusal_after;

#endif
