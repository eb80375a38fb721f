/* The file is, in the byte order of the machine: an index_head, for each place an index_place and
 * its preface, and the XXH3 of all before. */
#include "parsers/query/index.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"

/* Bytes of the capture's beginning that are digested. */
enum { HEAD_BYTES = 4096 };

/* No index is larger: that of a pcap of 20 TB. */
#define INDEX_BYTES_MAX ((uint64_t)1 << 30)

/* "PKTINDX1", of a machine with the other byte order another number. */
#define INDEX_MAGIC UINT64_C(0x3158444E49544B50)

/* What tells whether a capture is the one that was indexed. */
typedef struct capture_stamp {
    uint64_t size;
    int64_t mtime_ns;
    uint64_t head; /* XXH3 of its first bytes */
} capture_stamp;

typedef struct index_head {
    uint64_t magic;
    capture_stamp stamp;
    uint64_t places;
} index_head;

typedef struct index_place {
    uint64_t at, packets, preface_size;
} index_place;

static int stamp_take(const char *capture, capture_stamp *stamp, pkt_err *err)
{
    uint8_t head[HEAD_BYTES];
    struct stat st;
    const int fd = open(capture, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", capture);
    const ssize_t got = fstat(fd, &st) == 0 ? pread(fd, head, sizeof head, 0) : -1;
    if (got < 0)
        pkt_fail(err, PKT_ERR_IO, 0, "cannot be read: %s", strerror(errno));
    close(fd);
    if (got < 0)
        return -1;
    *stamp =
        (capture_stamp){.size = (uint64_t)st.st_size,
                        .mtime_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec,
                        .head = XXH3_64bits(head, (size_t)got)};
    return 0;
}

static bool stamps_equal(const capture_stamp *a, const capture_stamp *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns && a->head == b->head;
}

static char *index_path(const char *capture)
{
    const size_t room = strlen(capture) + sizeof PKT_INDEX_ENDING;
    char *path = malloc(room);
    if (path)
        (void)snprintf(path, room, "%s%s", capture, PKT_INDEX_ENDING);
    return path;
}

int pkt_index_begin(pkt_index_draft *draft, const char *capture, pkt_err *err)
{
    index_head head = {.magic = INDEX_MAGIC};
    if (stamp_take(capture, &head.stamp, err) != 0)
        return -1;
    return pkt_buffer_add(&draft->bytes, &head, sizeof head, err);
}

int pkt_index_add(void *self, const pkt_part *part, pkt_err *err)
{
    pkt_index_draft *draft = self;
    const index_place place = {part->start, part->packets, part->preface_size};
    draft->places++;
    if (pkt_buffer_add(&draft->bytes, &place, sizeof place, err) != 0)
        return -1;
    return pkt_buffer_add(&draft->bytes, part->preface, part->preface_size, err);
}

static int draft_write(const pkt_index_draft *draft, const char *path, pkt_err *err)
{
    const uint64_t digest = XXH3_64bits(draft->bytes.at, draft->bytes.size);
    pkt_atomic_file out;
    if (pkt_atomic_file_open(&out, path, err) != 0)
        return -1;
    if (fwrite(draft->bytes.at, 1, draft->bytes.size, out.file) == draft->bytes.size &&
        fwrite(&digest, sizeof digest, 1, out.file) == 1)
        return pkt_atomic_file_commit(&out, err);
    pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    pkt_atomic_file_abandon(&out);
    return -1;
}

int pkt_index_end(pkt_index_draft *draft, const char *capture, pkt_err *err)
{
    index_head head;
    capture_stamp after;
    if (stamp_take(capture, &after, err) != 0)
        return -1;
    memcpy(&head, draft->bytes.at, sizeof head);
    if (!stamps_equal(&head.stamp, &after))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "has changed while it was read: make the index when nobody writes to it");
    head.places = draft->places;
    memcpy(draft->bytes.at, &head, sizeof head);
    char *path = index_path(capture);
    if (!path)
        return pkt_fail_memory(err, "an index");
    const int bad = draft_write(draft, path, err);
    free(path);
    return bad ? pkt_err_about(err, "the index beside it") : 0;
}

void pkt_index_draft_close(pkt_index_draft *draft)
{
    pkt_buffer_free(&draft->bytes);
}

static int index_damaged(pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                    "its index is damaged: make it anew with `pktbench index`, or remove the file");
}

static int file_load(pkt_index *index, int fd, pkt_err *err)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot be read: %s", strerror(errno));
    if (st.st_size < (off_t)(sizeof(index_head) + sizeof(uint64_t)) ||
        (uint64_t)st.st_size > INDEX_BYTES_MAX)
        return index_damaged(err);
    index->size = (size_t)st.st_size;
    index->bytes = malloc(index->size);
    if (!index->bytes)
        return pkt_fail_memory(err, "an index");
    for (size_t at = 0; at < index->size;) {
        const ssize_t got = read(fd, index->bytes + at, index->size - at);
        if (got < 0)
            return pkt_fail(err, PKT_ERR_IO, at, "cannot be read: %s", strerror(errno));
        if (got == 0)
            return index_damaged(err);
        at += (size_t)got;
    }
    return 0;
}

static int file_check(pkt_index *index, const char *capture, pkt_err *err)
{
    index_head head;
    uint64_t digest;
    capture_stamp stamp;
    index->size -= sizeof digest;
    memcpy(&digest, index->bytes + index->size, sizeof digest);
    memcpy(&head, index->bytes, sizeof head);
    if (head.magic != INDEX_MAGIC || XXH3_64bits(index->bytes, index->size) != digest)
        return index_damaged(err);
    if (stamp_take(capture, &stamp, err) != 0)
        return -1;
    if (!stamps_equal(&stamp, &head.stamp))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "its index is of another file, or it has changed since (%s): make the "
                        "index anew with `pktbench index`, or remove it",
                        stamp.size != head.stamp.size   ? "the size differs"
                        : stamp.head != head.stamp.head ? "the first bytes differ"
                                                        : "the time of change differs");
    index->at = sizeof head;
    index->left = head.places;
    index->capture = head.stamp.size;
    return 0;
}

int pkt_index_open(pkt_index *index, const char *capture, pkt_err *err)
{
    *index = (pkt_index){.bytes = NULL};
    char *path = index_path(capture);
    if (!path)
        return pkt_fail_memory(err, "an index");
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    const int reason = errno;
    free(path);
    if (fd < 0 && reason == ENOENT)
        return 0;
    if (fd < 0)
        return pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "its index cannot be opened: %s",
                        strerror(reason));
    const int bad = file_load(index, fd, err) != 0 || file_check(index, capture, err) != 0;
    close(fd);
    if (!bad)
        return 1;
    pkt_index_close(index);
    return -1;
}

int pkt_index_next(pkt_index *index, pkt_place *place)
{
    index_place next;
    if (index->left == 0 || index->size - index->at < sizeof next)
        return 0;
    memcpy(&next, index->bytes + index->at, sizeof next);
    index->at += sizeof next;
    if (next.preface_size > index->size - index->at)
        return 0;
    *place = (pkt_place){next.at, next.packets, index->bytes + index->at, next.preface_size};
    index->at += next.preface_size;
    index->left--;
    return 1;
}

void pkt_index_close(pkt_index *index)
{
    free(index->bytes);
    index->bytes = NULL;
}
