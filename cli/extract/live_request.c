/* Reads and checks the options of live capture. */
#include "cli/extract/extract.h"
#include "cli/message.h"
#include "cli/outputs.h"

#include "parsers/core/numbers.h"
#include "parsers/source/limits.h"

enum { SNAPLEN_MIN = 64 };
#define BUFFER_MIN UINT64_C(1000000)
#define BUFFER_MAX UINT64_C(2000000000)
#define ROTATE_MIN UINT64_C(1000)
#define SIZE_MAX_BYTES UINT64_C(1000000000000000)

/* Options that need -i or --follow; those of them that need -i. NULL-terminated, as all lists. */
static const char *const live_options[] = {"duration",     "flush-every", "rotate-size",
                                           "rotate-every", "snaplen",     "buffer",
                                           "immediate",    "Z",           NULL};
static const char *const interface_options[] = {"snaplen", "buffer", "immediate", "Z", NULL};
/* Options that exclude -i and --follow. */
static const char *const file_options[] = {"join", "strict", "keep-going", "labels", NULL};

/* The first of these options that is on the command line, or NULL. */
static const char *first_given(const arguments *arguments, const char *const *names)
{
    while (*names && !option_given(arguments, *names))
        names++;
    return *names;
}

static bool is_one_of(const char *option, const char *const *names)
{
    while (*names && strcmp(*names, option) != 0)
        names++;
    return *names != NULL;
}

static const char *dashes(const char *name)
{
    return name[1] ? "--" : "-";
}

static bool input_options_valid(const extraction *x, const arguments *arguments)
{
    const char *option = first_given(arguments, live_options);
    if (!is_live(x) && x->capture_count == 0) {
        message_error("extract: an operand is missing: CAPTURE... or -i INTERFACE; see "
                      "`pktbench extract --help`");
        return false;
    }
    if (!is_live(x) && option) {
        message_error("extract: %s%s requires -i%s", dashes(option), option,
                      is_one_of(option, interface_options) ? "" : " or --follow");
        return false;
    }
    if (!is_live(x))
        return true;
    if (x->live.interface && (x->capture_count || x->follow)) {
        message_error("extract: -i cannot be combined with %s",
                      x->follow ? "--follow" : "a CAPTURE");
        return false;
    }
    if (x->follow && (x->capture_count != 1 || strcmp(x->captures[0], "-") == 0)) {
        message_error("extract: --follow requires exactly one CAPTURE, which must be a file");
        return false;
    }
    option = first_given(arguments, file_options);
    if (option) {
        message_error("extract: --%s cannot be combined with -i or --follow", option);
        return false;
    }
    option = x->follow ? first_given(arguments, interface_options) : NULL;
    if (option)
        message_error("extract: --%s requires -i", option);
    if (!option && x->follow && x->filter) {
        option = "f";
        message_error(
            "extract: -f cannot be combined with --follow; filter the rows, or filter in the "
            "program that captures");
    }
    return !option;
}

/* True if live capture, or --follow, is tested for the backend. */
static bool backend_supports_live(const extraction *x)
{
    const pkt_backend *backend = x->request.backend;
    pkt_err err = {.pos = PKT_POS_NONE};
    if (!x->follow)
        return pkt_query_live_check(&x->request, &err) == 0 || request_refused(&x->request, &err);
    if (pkt_query_backend_is_tested(backend, "follow"))
        return true;
    message_error("backend %s does not support --follow; use raw", backend->name);
    return false;
}

static bool time_get(const arguments *arguments, const char *name, double fallback, int64_t *ns)
{
    double seconds;
    if (!option_seconds(arguments, name, fallback, &seconds))
        return false;
    *ns = (int64_t)(seconds * NS_PER_S);
    return true;
}

static bool count_get(const arguments *arguments, uint64_t *packets)
{
    const bool is_short = option_given(arguments, "c");
    if (is_short && option_given(arguments, "count")) {
        message_error("extract: -c and --count are the same option; use one of them");
        return false;
    }
    return option_number(arguments, is_short ? "c" : "count", 1, SIZE_MAX_BYTES, 0, packets);
}

static bool rotation_valid(const extraction *x)
{
    if (!x->live.rotate_size && !x->live.rotate_every)
        return true;
    if (x->encoder && !output_is_stream(x->path))
        return true;
    message_error("extract: --rotate-size and --rotate-every require an output file: -o FILE");
    return false;
}

bool is_live(const extraction *x)
{
    return x->live.interface || x->follow;
}

bool live_request_read(extraction *x, const arguments *arguments, const pkt_query *query)
{
    live_request *live = &x->live;
    uint64_t snaplen, buffer;
    pkt_err err = {.pos = PKT_POS_NONE};
    live->interface = option_value(arguments, "i");
    x->follow = option_given(arguments, "follow");
    if (!input_options_valid(x, arguments) || (is_live(x) && !backend_supports_live(x)))
        return false;
    if (pkt_query_label_check(&x->request, query, &err) != 0)
        return request_refused(&x->request, &err);
    if (!count_get(arguments, &live->packets) ||
        !time_get(arguments, "duration", 0, &live->duration) ||
        !time_get(arguments, "flush-every", 1, &live->flush_every) ||
        !time_get(arguments, "rotate-every", 0, &live->rotate_every) ||
        !option_bytes(arguments, "rotate-size", ROTATE_MIN, SIZE_MAX_BYTES, 0,
                      &live->rotate_size) ||
        !option_number(arguments, "snaplen", SNAPLEN_MIN, PKT_MAX_RECORD, PKT_LIVE_SNAPLEN,
                       &snaplen) ||
        !option_bytes(arguments, "buffer", BUFFER_MIN, BUFFER_MAX, PKT_LIVE_BUFFER, &buffer))
        return false;
    live->snaplen = (uint32_t)snaplen;
    live->buffer = (uint32_t)buffer;
    live->immediate = option_given(arguments, "immediate");
    return rotation_valid(x);
}
