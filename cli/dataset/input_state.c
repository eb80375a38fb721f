#include "cli/dataset/input_state.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "parsers/util/error.h"

#define NS_A_SECOND INT64_C(1000000000)
#define READ_BYTES ((size_t)1 << 20)

int input_state_look(input_state *state, const char *path, pkt_err *err)
{
    struct stat st;
    *state = (input_state){.bytes = 0};
    if (stat(path, &st) != 0)
        return pkt_fail_open(err, PKT_ERR_IO, "", path);
    if (!S_ISREG(st.st_mode))
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "--partition needs a regular file");
    state->bytes = (uint64_t)st.st_size;
    state->inode = (uint64_t)st.st_ino;
    state->modified_ns = (int64_t)st.st_mtim.tv_sec * NS_A_SECOND + st.st_mtim.tv_nsec;
    return 0;
}

/* false: reading failed, for the reason in errno. */
static bool file_add(XXH3_state_t *digest, FILE *file, char *buffer)
{
    size_t got;
    (void)setvbuf(file, NULL, _IONBF, 0);
    while ((got = fread(buffer, 1, READ_BYTES, file)) > 0)
        (void)XXH3_64bits_update(digest, buffer, got);
    return !ferror(file);
}

int input_state_digest(input_state *state, const char *path, pkt_err *err)
{
    XXH3_state_t *digest = XXH3_createState();
    char *buffer = malloc(READ_BYTES);
    int bad = 0;
    errno = 0;
    FILE *file = fopen(path, "rbe");
    if (!digest || !buffer || XXH3_64bits_reset(digest) != XXH_OK)
        bad = pkt_fail_memory(err, "a digest");
    else if (!file || !file_add(digest, file, buffer))
        bad = pkt_fail(err, PKT_ERR_IO, PKT_POS_NONE, "cannot read: %s", strerror(errno));
    else
        (void)snprintf(state->xxh3, sizeof state->xxh3, "%016" PRIx64, XXH3_64bits_digest(digest));
    if (file)
        fclose(file);
    free(buffer);
    (void)XXH3_freeState(digest);
    return bad;
}

bool input_state_same(const input_state *one, const input_state *other)
{
    return one->bytes == other->bytes && one->inode == other->inode &&
           one->modified_ns == other->modified_ns;
}
