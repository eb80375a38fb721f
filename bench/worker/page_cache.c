#include "bench/worker/page_cache.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* A few pages may come back at once, because another program reads the file. */
enum { RESIDENT_MAX_PERCENT = 1 };

/* Pages of the mapped file that are in the page cache; SIZE_MAX if that cannot be told. */
static size_t pages_resident(void *map, size_t bytes, size_t page)
{
    const size_t pages = (bytes + page - 1) / page;
    unsigned char *there = malloc(pages);
    size_t count = SIZE_MAX;
    if (there && mincore(map, bytes, there) == 0) {
        count = 0;
        for (size_t i = 0; i < pages; i++)
            count += there[i] & 1;
    }
    free(there);
    return count;
}

static bool is_dropped(int fd, size_t bytes)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    void *map = mmap(NULL, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return false;
    const size_t left = pages_resident(map, bytes, page);
    munmap(map, bytes);
    return left <= bytes / page * RESIDENT_MAX_PERCENT / 100;
}

int page_cache_drop(const char *path, pkt_err *err)
{
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    int bad = 0;
    if (fd < 0 || fstat(fd, &st) != 0 || fdatasync(fd) != 0)
        bad = pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "no cold run: %s", strerror(errno));
    else if (posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0 ||
             (st.st_size > 0 && !is_dropped(fd, (size_t)st.st_size)))
        bad = pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE,
                       "no cold run: the file stays in memory (tmpfs, or mapped by a program)");
    if (fd >= 0)
        close(fd);
    return bad;
}
