/* A mapped capture file, whatever its format. */
#include "source/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/source_private.h"

static int source_map(pkt_source *source, const char *path, pkt_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "%s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    source->size = (size_t)st.st_size;
    /* Not populated: header work touches few pages of a bulk capture. */
    void *map = mmap(NULL, source->size, PROT_READ, MAP_PRIVATE, fd, 0);
    int result = 0;
    if (map == MAP_FAILED)
        result = pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot map it: %s", strerror(errno));
    else
        source->bytes = map;
    close(fd);
    return result;
}

pkt_source *pkt_source_open(const char *path, pkt_err *err)
{
    pkt_slice slice;
    if (pkt_slice_open(path, &slice, err) != 0)
        return NULL;
    pkt_source *source = calloc(1, sizeof *source);
    if (!source) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for a source");
        return NULL;
    }
    if (source_map(source, path, err) != 0 ||
        pkt_format_tell(source->bytes, source->size, &source->format, &source->swapped, err) != 0 ||
        (source->format == PKT_FORMAT_PCAP && pkt_pcap_open(source, err) != 0)) {
        pkt_source_close(source);
        return NULL;
    }
    return source;
}

void pkt_source_close(pkt_source *source)
{
    if (!source)
        return;
    if (source->bytes)
        munmap((void *)(uintptr_t)source->bytes, source->size);
    free(source->interfaces);
    free(source);
}

int pkt_source_read(pkt_source *source, pkt_record *records, size_t max, pkt_err *err)
{
    if (source->ended) {
        if (source->fault.code == PKT_ERR_NONE)
            return 0;
        if (err)
            *err = source->fault;
        return -1;
    }
    int got = source->format == PKT_FORMAT_PCAP
                  ? pkt_pcap_read(source, records, max, &source->fault)
                  : pkt_pcapng_read(source, records, max, &source->fault);
    if (got > 0)
        return got;
    source->ended = 1;
    return got == 0 ? 0 : pkt_source_read(source, records, max, err);
}

int pkt_source_next(pkt_source *source, pkt_record *record, pkt_err *err)
{
    return pkt_source_read(source, record, 1, err);
}

const uint8_t *pkt_source_bytes(const pkt_source *source, size_t *size)
{
    *size = source->size;
    return source->bytes;
}

pkt_format pkt_source_format(const pkt_source *source)
{
    return source->format;
}

uint64_t pkt_source_section(const pkt_source *source)
{
    return source->section;
}

uint64_t pkt_source_first(const pkt_source *source)
{
    return source->format == PKT_FORMAT_PCAP ? PCAP_FILE_HEADER : 0;
}
