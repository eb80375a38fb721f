#include "parsers/source/mapping.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Where the handler looks an address up. A slot is written by the thread of its mapping alone,
 * which is also the one that its faults interrupt. */
typedef struct mapped_range {
    atomic_bool taken;
    atomic_uintptr_t start; /* 0: nothing is mapped */
    atomic_size_t size;
    atomic_size_t fault; /* offset in the range of the first page that was repaired */
} mapped_range;

enum { RANGES = 64 };
#define NO_FAULT SIZE_MAX
#define NO_OFFSET UINT64_MAX

static mapped_range ranges[RANGES];
static atomic_bool allowed;
static size_t page_size; /* set before `allowed` */

struct pkt_mapping {
    int fd;
    mapped_range *range;
    struct stat file; /* as it was at the last check */
    size_t step;
    uint8_t *bytes; /* of the piece */
    size_t size;
    uint64_t offset;
    uint64_t fault; /* offset of the first page that could not be read, or NO_OFFSET */
};

void pkt_mapping_allow(void)
{
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    atomic_store(&allowed, true);
}

bool pkt_mapping_repair(const void *address)
{
    for (size_t i = 0; i < RANGES; i++) {
        mapped_range *range = &ranges[i];
        const uintptr_t start = atomic_load(&range->start);
        const size_t at = (uintptr_t)address - start;
        if (!start || at >= atomic_load(&range->size) || atomic_load(&range->start) != start)
            continue;
        const size_t page = at & ~(page_size - 1);
        void *zeros = mmap((void *)(start + page), page_size, PROT_READ,
                           MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (zeros == MAP_FAILED)
            return false;
        if (page < atomic_load(&range->fault))
            atomic_store(&range->fault, page);
        return true;
    }
    return false;
}

/* Numbers of statfs(2). */
static bool is_network(long type)
{
    static const unsigned types[] = {
        0x6969,     /* NFS */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB2 */
        0x517b,     /* SMB */
        0x65735546, /* FUSE: it may be one */
        0x01021997, /* 9P */
        0x00c36400, /* Ceph */
        0x5346414f, /* AFS */
        0x6b414653, /* kAFS */
        0x0bd00bd0, /* Lustre */
        0x01161970, /* GFS2 */
        0x7461636f, /* OCFS2 */
        0x73757245, /* Coda */
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if ((unsigned)type == types[i])
            return true;
    return false;
}

bool pkt_mapping_possible(int fd)
{
    struct stat st;
    struct statfs fs;
    return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && fstatfs(fd, &fs) == 0 &&
           !is_network((long)fs.f_type);
}

static mapped_range *range_take(void)
{
    for (size_t i = 0; i < RANGES; i++)
        if (!atomic_exchange(&ranges[i].taken, true))
            return &ranges[i];
    return NULL;
}

pkt_mapping *pkt_mapping_open(int fd, size_t bytes, pkt_err *err)
{
    if (!atomic_load(&allowed)) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                 "reading by a mapping needs the handler of SIGBUS that only the program pktbench "
                 "sets: use backend raw");
        return NULL;
    }
    pkt_mapping *mapping = calloc(1, sizeof *mapping);
    if (!mapping) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a mapping");
        return NULL;
    }
    *mapping = (pkt_mapping){.fd = fd,
                             .step = bytes > page_size ? bytes : page_size,
                             .fault = NO_OFFSET,
                             .range = range_take()};
    if (!mapping->range)
        pkt_fail(err, PKT_ERR_LIMIT, PKT_POS_NONE, "more than %d files are mapped at once", RANGES);
    else if (fstat(fd, &mapping->file) == 0)
        return mapping;
    else
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
    pkt_mapping_close(mapping);
    return NULL;
}

/* Keep the fault of the piece, which is about to go. */
static void fault_keep(pkt_mapping *mapping)
{
    const size_t at = atomic_load(&mapping->range->fault);
    if (mapping->bytes && at != NO_FAULT && mapping->offset + at < mapping->fault)
        mapping->fault = mapping->offset + at;
}

static void piece_drop(pkt_mapping *mapping)
{
    if (!mapping->bytes)
        return;
    fault_keep(mapping);
    atomic_store(&mapping->range->start, 0);
    munmap(mapping->bytes, mapping->size);
    mapping->bytes = NULL;
    mapping->size = 0;
}

void pkt_mapping_close(pkt_mapping *mapping)
{
    if (!mapping)
        return;
    if (mapping->range) {
        piece_drop(mapping);
        atomic_store(&mapping->range->taken, false);
    }
    free(mapping);
}

int pkt_mapping_move(pkt_mapping *mapping, uint64_t offset, size_t least, pkt_err *err)
{
    const uint64_t file_size = (uint64_t)mapping->file.st_size;
    const uint64_t start = offset & ~(uint64_t)(page_size - 1);
    piece_drop(mapping);
    mapping->offset = start;
    if (start >= file_size)
        return 0;
    size_t size = least > mapping->step ? least : mapping->step;
    size += (size_t)(offset - start);
    if (size > file_size - start)
        size = (size_t)(file_size - start);
    void *bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, mapping->fd, (off_t)start);
    if (bytes == MAP_FAILED)
        return pkt_fail(err, PKT_ERR_IO, offset, "cannot be mapped: %s", strerror(errno));
    mapping->bytes = bytes;
    mapping->size = size;
    atomic_store(&mapping->range->fault, NO_FAULT);
    atomic_store(&mapping->range->size, size);
    atomic_store(&mapping->range->start, (uintptr_t)bytes);
    return 0;
}

const uint8_t *pkt_mapping_bytes(const pkt_mapping *mapping)
{
    return mapping->bytes;
}

size_t pkt_mapping_size(const pkt_mapping *mapping)
{
    return mapping->size;
}

uint64_t pkt_mapping_offset(const pkt_mapping *mapping)
{
    return mapping->offset;
}

uint64_t pkt_mapping_file_size(const pkt_mapping *mapping)
{
    return (uint64_t)mapping->file.st_size;
}

static bool same_time(const struct stat *a, const struct stat *b)
{
    return a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

int pkt_file_unchanged(const struct stat *before, const struct stat *now, uint64_t from,
                       pkt_err *err)
{
    if (now->st_size < before->st_size)
        return pkt_fail(err, PKT_ERR_TRUNCATED, from,
                        "became shorter while it was read: it had %" PRIu64
                        " bytes, and now has %" PRIu64,
                        (uint64_t)before->st_size, (uint64_t)now->st_size);
    if (now->st_size == before->st_size && !same_time(before, now))
        return pkt_fail(err, PKT_ERR_CORRUPT, from, "was changed while it was read: read it again");
    return 0;
}

int pkt_mapping_check(pkt_mapping *mapping, uint64_t from, pkt_err *err)
{
    struct stat now;
    fault_keep(mapping);
    if (fstat(mapping->fd, &now) != 0)
        return pkt_fail(err, PKT_ERR_IO, from, "%s", strerror(errno));
    if (pkt_file_unchanged(&mapping->file, &now, from, err) != 0)
        return -1;
    if (mapping->fault != NO_OFFSET && !same_time(&mapping->file, &now))
        return pkt_fail(err, PKT_ERR_CORRUPT, from, "was changed while it was read: read it again");
    if (mapping->fault != NO_OFFSET) {
        errno = EIO;
        return pkt_fail(err, PKT_ERR_IO, mapping->fault, "cannot read: %s", strerror(EIO));
    }
    mapping->file = now;
    return 0;
}

ssize_t pkt_mapping_copy(pkt_mapping *mapping, uint64_t offset, uint8_t *to, size_t count,
                         pkt_err *err)
{
    for (;;) {
        const bool inside =
            mapping->bytes && offset >= mapping->offset && offset - mapping->offset < mapping->size;
        if (!inside && pkt_mapping_move(mapping, offset, 1, err) != 0)
            return -1;
        const uint64_t at = offset - mapping->offset;
        size_t copied = 0;
        if (at < mapping->size) {
            copied = mapping->size - (size_t)at < count ? mapping->size - (size_t)at : count;
            memcpy(to, mapping->bytes + at, copied);
        }
        if (pkt_mapping_check(mapping, offset, err) != 0)
            return -1;
        if (copied || offset >= pkt_mapping_file_size(mapping)) /* else it has just grown */
            return (ssize_t)copied;
    }
}
