#include "parsers/core/table_check.h"

#include <stdbool.h>
#include <sys/uio.h>
#include <unistd.h>

#include "parsers/util/utf8.h"

/* Is there memory to read? Asked of the kernel, since a wrong address would end the process. Where
 * the kernel does not answer, it is assumed. */
static bool is_readable(const void *at, size_t size)
{
    char copy[sizeof(pkt_backend)];
    const struct iovec local = {copy, size < sizeof copy ? size : sizeof copy};
    const struct iovec remote = {(void *)(uintptr_t)at, local.iov_len};
    const ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    return got == (ssize_t)local.iov_len || (got < 0 && errno != EFAULT);
}

/* -1 and *err: the member is wrong. */
static int refuse(const char *member, const char *why, pkt_err *err)
{
    return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "its table is wrong: %s %s", member, why);
}

/* Bytes of the text up to `max`; reading stops at its end. -1: it is longer, or not readable. */
static int text_length(const char *text, int max)
{
    for (int length = 0; length <= max; length++) {
        if ((length == 0 || ((uintptr_t)(text + length) & 63) == 0) &&
            !is_readable(text + length, 1))
            return -1;
        if (text[length] == '\0')
            return length;
    }
    return -1;
}

static int text_check(const char *member, const char *text, pkt_err *err)
{
    if (!text)
        return refuse(member, "is NULL", err);
    const int length = text_length(text, PKT_TABLE_TEXT);
    if (length < 0)
        return refuse(member, "is longer than 256 bytes, or no text", err);
    if (length == 0)
        return refuse(member, "is empty", err);
    if (!pkt_text_is_plain(text))
        return refuse(member, "is not UTF-8, or has control characters", err);
    return 0;
}

static int name_check(const char *member, const char *name, pkt_err *err)
{
    if (text_check(member, name, err) != 0)
        return -1;
    if (strlen(name) > PKT_TABLE_NAME)
        return refuse(member, "is longer than 32 bytes", err);
    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] || name[0] == '-')
        return refuse(member, "must be of a-z, 0-9 and -, and not begin with -", err);
    return 0;
}

static int features_check(const pkt_backend *table, pkt_err *err)
{
    const pkt_feature *f = table->features;
    for (size_t i = 0; f; i++, f++) {
        if (!is_readable(f, sizeof *f))
            return refuse("features", "is no list with an end", err);
        if (!f->name)
            break;
        if (i == PKT_TABLE_FEATURES)
            return refuse("features", "has more than 64 entries, or no end", err);
        if (name_check("features[].name", f->name, err) != 0 ||
            text_check("features[].evidence", f->evidence, err) != 0)
            return -1;
    }
    return 0;
}

static int columns_check(const pkt_column_set *columns, pkt_err *err)
{
    size_t known = 0;
    for (size_t c = 0; c < PKT_SET_COLUMNS; c++) {
        if (!pkt_set_has(columns, c))
            continue;
        if (c >= PKT_COLUMN_COUNT)
            return refuse("levels[].columns",
                          "has a column that this pktbench does not know: it was built for a newer "
                          "one",
                          err);
        known++;
    }
    return known ? 0 : refuse("levels[].columns", "is empty", err);
}

static int levels_check(const pkt_backend *table, pkt_err *err)
{
    unsigned seen = 0;
    const pkt_level_work *l = table->levels;
    if (!l)
        return refuse("levels", "is NULL", err);
    for (;; l++) { /* ends, because each level is there at most once */
        if (!is_readable(l, sizeof *l))
            return refuse("levels", "is no list with an end", err);
        if (!l->work)
            break;
        if ((unsigned)l->level >= PKT_LEVEL_COUNT)
            return refuse("levels", "has a level that this pktbench does not know", err);
        if (seen >> l->level & 1)
            return refuse("levels", "has a level twice", err);
        seen |= 1u << l->level;
        if (text_check("levels[].work", l->work, err) != 0 || columns_check(&l->columns, err) != 0)
            return -1;
    }
    return seen ? 0 : refuse("levels", "is empty", err);
}

static int functions_check(const pkt_backend *table, pkt_err *err)
{
    if (!table->open)
        return refuse("open", "is NULL", err);
    if (!table->next)
        return refuse("next", "is NULL", err);
    if (!table->close)
        return refuse("close", "is NULL", err);
    if (!table->version)
        return refuse("version", "is NULL", err);
    return text_check("version()", table->version(), err);
}

static int flags_check(const pkt_backend *table, pkt_err *err)
{
    if (table->fork_each_run != 0 && table->fork_each_run != 1)
        return refuse("fork_each_run", "must be 0 or 1", err);
    if (table->combines_levels != 0 && table->combines_levels != 1)
        return refuse("combines_levels", "must be 0 or 1", err);
    return 0;
}

/* Of which version, and how large. */
static int size_check(const pkt_backend *table, pkt_err *err)
{
    const size_t least = offsetof(pkt_backend, reset);
    if (!table)
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s() returned NULL",
                        PKT_MODULE_SYMBOL);
    if (!is_readable(table, least))
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "%s() returned no address of a table",
                        PKT_MODULE_SYMBOL);
    if (table->abi != PKT_ABI)
        return pkt_fail(
            err, PKT_ERR_LIBRARY, PKT_POS_NONE,
            "was built for interface (PKT_ABI) %u, this pktbench has %u: build it again",
            (unsigned)table->abi, PKT_ABI);
    return table->struct_size < least ? refuse("struct_size", "is too small", err) : 0;
}

int pkt_table_check(const pkt_backend *table, pkt_err *err)
{
    if (size_check(table, err) != 0 || name_check("name", table->name, err) != 0 ||
        text_check("summary", table->summary, err) != 0 ||
        text_check("license", table->license, err) != 0 ||
        text_check("origin", table->origin, err) != 0 ||
        text_check("decoder", table->decoder, err) != 0 || flags_check(table, err) != 0 ||
        levels_check(table, err) != 0 || features_check(table, err) != 0)
        return -1;
    return functions_check(table, err);
}
