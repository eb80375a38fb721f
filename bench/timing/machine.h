/* What a result depends on beside the programs: the machine, its settings, the build. */
#ifndef PKT_MACHINE_H
#define PKT_MACHINE_H

#include <jansson.h>
#include <stddef.h>

/* {name, version, revision, compiler, flags} of this program. A new reference. */
json_t *tool_describe(void);
/* {tool, date, cpu, hypervisor, kernel, clock, load_average, aslr}, as the results schema has it.
 * What this machine does not tell is null. A new reference. */
json_t *machine_describe(void);
/* Size of a processor's private cache (level 2), bytes; a guess of 1 MiB where it cannot be told.
 */
size_t private_cache_bytes(void);
/* Size of the largest cache, bytes: that of the last level, which processors share. */
size_t largest_cache_bytes(void);
/* The memory that there is to use, bytes: the machine's, or a container's limit. */
size_t memory_bytes(void);

#endif
