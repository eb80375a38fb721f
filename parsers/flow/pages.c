#include "parsers/flow/pages.h"

#include <stdint.h>
#include <sys/mman.h>

void *pkt_pages_open(size_t size, int large)
{
    uint8_t *at = mmap(NULL, size + PKT_PAGES_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    const size_t before = (PKT_PAGES_BYTES - (uintptr_t)at % PKT_PAGES_BYTES) % PKT_PAGES_BYTES;
    if (before)
        (void)munmap(at, before);
    if (before < PKT_PAGES_BYTES)
        (void)munmap(at + before + size, PKT_PAGES_BYTES - before);
    if (large)
        (void)madvise(at + before, size, MADV_HUGEPAGE); /* only quicker */
    return at + before;
}

void pkt_pages_close(void *at, size_t size)
{
    if (at)
        (void)munmap(at, size);
}
