/* How much memory there is, and how much of it a program that this one starts may have. */
#ifndef PKT_MEMORY_H
#define PKT_MEMORY_H

#include <stdint.h>

/* Memory in bytes: the machine's, or the limit of the container (control group) if lower. */
uint64_t pkt_memory_bytes(void);
/* Memory in bytes that a worker or an external program may have, at most: three quarters of it, and
 * no more than 8 GiB. */
uint64_t pkt_memory_limit(void);

#endif
