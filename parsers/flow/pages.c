#include "parsers/flow/pages.h"

#include <stdint.h>
#include <sys/mman.h>

void *pkt_pages_reserve(size_t size)
{
    uint8_t *at = mmap(NULL, size + PKT_PAGES_BYTES, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    const size_t before = (PKT_PAGES_BYTES - (uintptr_t)at % PKT_PAGES_BYTES) % PKT_PAGES_BYTES;
    if (before)
        (void)munmap(at, before);
    if (before < PKT_PAGES_BYTES)
        (void)munmap(at + before + size, PKT_PAGES_BYTES - before);
    return at + before;
}

int pkt_pages_commit(void *at, size_t size, int large)
{
    if (mprotect(at, size, PROT_READ | PROT_WRITE) != 0)
        return -1;
    if (large)
        (void)madvise(at, size, MADV_HUGEPAGE); /* only quicker */
    return 0;
}

void pkt_pages_close(void *at, size_t size)
{
    if (at)
        (void)munmap(at, size);
}
