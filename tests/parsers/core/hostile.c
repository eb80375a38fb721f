/* A plug-in that is wrong in the way that the environment variable HOSTILE names; otherwise it is
 * raw. A table that is wrong must be refused; texts of runs must not become markup or control
 * codes. */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pktbench.h"

/* A title for the terminal, a row for a Markdown table, an element for HTML, bytes that are not
 * UTF-8. */
#define INJECTION "\033]0;owned\007 | fake | <b>bold</b> *star*\xff"

extern const pkt_backend pkt_backend_raw;

static bool mode_is(const char *name)
{
    const char *mode = getenv("HOSTILE");
    return mode && strcmp(mode, name) == 0;
}

static const char *hostile_version(void)
{
    if (mode_is("version-null"))
        return NULL;
    return mode_is("version-control") ? "1.0" INJECTION : "1";
}

static int hostile_open(void *context, void **state, const pkt_capture *capture,
                        const pkt_request *request, pkt_err *err)
{
    return pkt_backend_raw.open(context, state, capture, request, err);
}

static int hostile_next(void *state, pkt_batch *batch, pkt_err *err)
{
    if (mode_is("run-reason"))
        return pkt_fail(err, (pkt_errcode)12345, PKT_POS_NONE, "%s", INJECTION);
    if (mode_is("run-messages")) {
        (void)!write(STDERR_FILENO, INJECTION, strlen(INJECTION));
        abort();
    }
    return pkt_backend_raw.next(state, batch, err);
}

static void hostile_close(void *state)
{
    pkt_backend_raw.close(state);
}

static pkt_level_work levels[] = {
    {PKT_LEVEL_HEADERS, "raw's", PKT_HEADERS_COLUMNS}, {.work = NULL}, {.work = NULL}};
static pkt_feature features[PKT_SET_COLUMNS] = {{"pcapng", "tested"}};

static pkt_backend table = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = "hostile",
    .summary = "test backend",
    .license = "MIT",
    .origin = "ours",
    .decoder = "hostile",
    .levels = levels,
    .features = features,
    .version = hostile_version,
    .open = hostile_open,
    .next = hostile_next,
    .close = hostile_close,
};

/* A text of 100,000 bytes. */
static const char *long_text(void)
{
    static char text[100001];
    memset(text, 'a', sizeof text - 1);
    return text;
}

/* A text that begins in the last bytes of a page, with no page and no end behind it. */
static const char *endless_text(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || munmap(pages + page, page) != 0)
        abort();
    memset(pages + page - 8, 'a', 8);
    return pages + page - 8;
}

static void texts_spoil(void)
{
    const struct {
        const char *mode, **member, *text;
    } texts[] = {
        {"name-null", &table.name, NULL},
        {"name-empty", &table.name, ""},
        {"name-markup", &table.name, "<script>alert(1)</script>|x\n"},
        {"name-letters", &table.name, "Mine"},
        {"name-option", &table.name, "-o"},
        {"name-long", &table.name, "abcdefghijklmnopqrstuvwxyz0123456"},
        {"name-huge", &table.name, long_text()},
        {"name-wild", &table.name, (const char *)8},
        {"summary-null", &table.summary, NULL},
        {"summary-control", &table.summary, INJECTION},
        {"summary-utf8", &table.summary, "\xff\xfe\x80"},
        {"summary-c1", &table.summary,
         "title \xc2\x9b"
         "2J"},
        {"summary-reorders", &table.summary,
         "\xe2\x80\xae"
         "txt"},
        {"summary-long", &table.summary, long_text()},
        {"summary-endless", &table.summary, endless_text()},
        {"license-null", &table.license, NULL},
        {"license-line", &table.license, "MIT\nname: x"},
        {"origin-null", &table.origin, NULL},
        {"decoder-null", &table.decoder, NULL},
        {"work-control", &levels[0].work, "\033[2J"},
        {"feature-name", &features[0].name, "Live | x"},
        {"feature-null", &features[0].evidence, NULL},
        {"feature-control", &features[0].evidence, "\r"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (mode_is(texts[i].mode))
            *texts[i].member = texts[i].text;
}

static void levels_spoil(void)
{
    if (mode_is("levels-null"))
        table.levels = NULL;
    if (mode_is("levels-wild"))
        table.levels = (const pkt_level_work *)16;
    if (mode_is("levels-empty"))
        levels[0].work = NULL;
    if (mode_is("level-unknown"))
        levels[0].level = (pkt_level)77;
    if (mode_is("level-twice"))
        levels[1] = levels[0];
    if (mode_is("columns-empty"))
        levels[0].columns = (pkt_column_set){{0}};
    if (mode_is("columns-unknown"))
        memset(&levels[0].columns, 0xff, sizeof levels[0].columns);
    if (mode_is("features-endless"))
        for (size_t i = 0; i < PKT_SET_COLUMNS; i++)
            features[i] = features[0];
}

static void members_spoil(void)
{
    if (mode_is("abi"))
        table.abi = 99;
    if (mode_is("size"))
        table.struct_size = 16;
    if (mode_is("fork"))
        table.fork_each_run = 7;
    if (mode_is("combines"))
        table.combines_levels = -1;
    if (mode_is("open-null"))
        table.open = NULL;
    if (mode_is("next-null"))
        table.next = NULL;
    if (mode_is("close-null"))
        table.close = NULL;
    if (mode_is("no-version"))
        table.version = NULL;
}

const pkt_backend *pkt_module(void)
{
    if (mode_is("table-null"))
        return NULL;
    if (mode_is("table-wild"))
        return (const pkt_backend *)0x1234;
    texts_spoil();
    levels_spoil();
    members_spoil();
    return &table;
}
