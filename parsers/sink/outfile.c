/* Output files that appear whole or not at all. */
#include "sink/outfile.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_failed(pkt_outfile *out, pkt_err *err)
{
    pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
    if (out->temp)
        unlink(out->temp);
    free(out->path);
    free(out->temp);
    *out = (pkt_outfile){NULL, NULL, NULL};
    return -1;
}

/* A temporary name beside the final one, so that renaming stays within a file system. */
static int open_temp(pkt_outfile *out, pkt_err *err)
{
    size_t room = strlen(out->path) + sizeof ".XXXXXX";
    out->temp = malloc(room);
    if (!out->temp)
        return open_failed(out, err);
    (void)snprintf(out->temp, room, "%s.XXXXXX", out->path);
    int fd = mkstemp(out->temp);
    if (fd < 0) {
        free(out->temp);
        out->temp = NULL;
        return open_failed(out, err);
    }
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(fd, 0666 & ~mask); /* mkstemp is stricter than users expect of an output file */
    out->file = fdopen(fd, "wb");
    if (!out->file) {
        close(fd);
        return open_failed(out, err);
    }
    return 0;
}

int pkt_outfile_open(pkt_outfile *out, const char *path, pkt_err *err)
{
    *out = (pkt_outfile){NULL, NULL, NULL};
    if (strcmp(path, "-") == 0) {
        out->file = stdout;
        return 0;
    }
    out->path = strdup(path);
    if (!out->path)
        return open_failed(out, err);
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
        out->file = fopen(path, "wb"); /* a device or a pipe; a directory fails here */
        return out->file ? 0 : open_failed(out, err);
    }
    return open_temp(out, err);
}

int pkt_outfile_commit(pkt_outfile *out, pkt_err *err)
{
    int bad = fflush(out->file) != 0 || ferror(out->file);
    int saved = errno;
    if (out->file != stdout && fclose(out->file) != 0 && !bad) {
        bad = 1;
        saved = errno;
    }
    out->file = NULL;
    if (!bad && out->temp && rename(out->temp, out->path) != 0) {
        bad = 1;
        saved = errno;
    }
    errno = saved;
    if (bad)
        return open_failed(out, err);
    free(out->path);
    free(out->temp);
    *out = (pkt_outfile){NULL, NULL, NULL};
    return 0;
}

void pkt_outfile_abandon(pkt_outfile *out)
{
    if (out->file && out->file != stdout)
        fclose(out->file);
    if (out->temp)
        unlink(out->temp);
    free(out->path);
    free(out->temp);
    *out = (pkt_outfile){NULL, NULL, NULL};
}
