#include "tests/fuzz/fuzz.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

_Noreturn void must_fail(const char *text)
{
    (void)fprintf(stderr, "invariant broken: %s\n", text);
    abort();
}

const char *memory_file(const uint8_t *data, size_t size)
{
    static char path[32];
    static int fd = -1;
    if (fd < 0)
        fd = memfd_create("input", MFD_CLOEXEC);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    must(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size,
         "memory is available for the input");
    return path;
}

const uint8_t *cell_at(const pkt_batch *batch, size_t row, size_t column)
{
    const pkt_column_info *info = pkt_column_at(column);
    return (const uint8_t *)batch + info->offset + row * info->size;
}

bool same_cell(const pkt_batch *a, size_t a_row, const pkt_batch *b, size_t b_row, size_t column)
{
    return memcmp(cell_at(a, a_row, column), cell_at(b, b_row, column),
                  pkt_column_at(column)->size) == 0;
}
