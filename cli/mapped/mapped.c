#include "cli/mapped/mapped.h"

#include <fcntl.h>
#include <unistd.h>

#include "cli/message.h"
#include "parsers/process/fault.h"
#include "parsers/source/mapping.h"

bool mapped_reads(const pkt_backend *backend)
{
    for (const pkt_feature *f = backend->features; f && f->name; f++)
        if (strcmp(f->name, "mapped") == 0 && strcmp(f->evidence, "tested") == 0)
            return true;
    return false;
}

bool mapped_allow(void)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_fault_guard(pkt_mapping_repair, &err) != 0) {
        message_err(&err);
        return false;
    }
    pkt_mapping_allow();
    return true;
}

void mapped_note(const pkt_capture *capture, const char *name)
{
    /* The size of a pipe, which must not be opened twice, is 0. */
    const int fd = capture->size ? open(capture->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    if (!capture->size)
        message_note("%s: read with read(), because it is no plain file", name);
    else if (fd >= 0 && !pkt_mapping_possible(fd))
        message_note("%s: read with read(), because it is on a network file system", name);
    if (fd >= 0)
        close(fd);
}
