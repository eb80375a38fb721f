/* The environment of a measurement: the machine, its settings, the build. */
#ifndef PKT_MACHINE_H
#define PKT_MACHINE_H

#include <jansson.h>
#include <sched.h>
#include <stddef.h>

/* {name, version, revision, compiler, flags} of this program. A new reference. */
json_t *tool_describe(void);
/* {tool, date, cpu, hypervisor, kernel, clock, load_average, aslr, scratch_filesystem,
 * confinement}, as in results/schema.json. Unknown values are null. A new reference. */
json_t *machine_describe(void);
/* Size of a processor's private cache (level 2) in bytes; 1 MiB if unknown. */
size_t private_cache_bytes(void);
/* Size in bytes of the last-level cache (level 3), which processors share. */
size_t largest_cache_bytes(void);

/* The block's processor, one of those that this process may use; all of them if it cannot be
 * determined. */
cpu_set_t machine_block_cpus(const cpu_set_t *allowed, unsigned block);

#endif
