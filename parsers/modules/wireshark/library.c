/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "parsers/modules/wireshark/library.h"

#include <signal.h>
#include <stdlib.h>

#include "parsers/modules/wireshark/compat.h"

#include <epan/addr_resolv.h>
#include <epan/disabled_protos.h>
#include <epan/prefs.h>
#include <epan/timestamp.h>
#include <wsutil/privileges.h>
#include <wsutil/report_message.h>

/* Results must not depend on who runs us: the user's preferences, profiles, plugins and Lua scripts
 * are looked for in a folder that cannot be there. */
static const char *const private_variables[] = {"WIRESHARK_CONFIG_DIR", "WIRESHARK_PLUGIN_DIR",
                                                "HOME"};
enum { PRIVATE_VARIABLES = sizeof private_variables / sizeof private_variables[0] };
#define NO_FOLDER "/proc/self/no-settings"

/* Fragments stay what they are; then the first one carries its transport header in its own bytes.
 * An IPv6 payload length of 0 is taken as IPv4's is by default: the frame's end is the end. The
 * rest is the default of every Wireshark. */
static const char *const preferences[] = {"ip.defragment:FALSE", "ipv6.defragment:FALSE",
                                          "ipv6.tso_support:TRUE"};
enum { PREFERENCES = sizeof preferences / sizeof preferences[0] };

/* Of segments: `desegment` would show a value at the segment that completes it, the analysis would
 * leave segments that were sent again undissected. */
static const char *const segments_joined[] = {"tcp.desegment_tcp_streams:TRUE",
                                              "tcp.analyze_sequence_numbers:TRUE"};
static const char *const segments_each[] = {"tcp.desegment_tcp_streams:FALSE",
                                            "tcp.analyze_sequence_numbers:FALSE"};
enum { SEGMENT_PREFERENCES = sizeof segments_each / sizeof segments_each[0] };

static void environment_hide(char *saved[PRIVATE_VARIABLES])
{
    for (size_t i = 0; i < PRIVATE_VARIABLES; i++) {
        saved[i] = g_strdup(getenv(private_variables[i]));
        (void)setenv(private_variables[i], NO_FOLDER, 1);
    }
}

static void environment_restore(char *saved[PRIVATE_VARIABLES])
{
    for (size_t i = 0; i < PRIVATE_VARIABLES; i++) {
        if (saved[i])
            (void)setenv(private_variables[i], saved[i], 1);
        else
            (void)unsetenv(private_variables[i]);
        g_free(saved[i]);
    }
}

/* What libwireshark reported last; "" if nothing. It may be the reason why the library did not
 * start. */
static char last_report[128];

/* libwireshark reports through these pointers without asking whether they are set. */
static void report_text(const char *format, va_list args)
{
    (void)vsnprintf(last_report, sizeof last_report, format, args);
}

static void report_reading(const char *path, int code)
{
    (void)snprintf(last_report, sizeof last_report, "%s: %s", path, g_strerror(code));
}

static void report_opening(const char *path, int code, compat_bool writing)
{
    (void)writing;
    report_reading(path, code);
}

static const struct report_message_routines reports = {
    .vreport_failure = report_text,
    .vreport_warning = report_text,
    .report_open_failure = report_opening,
    .report_read_failure = report_reading,
    .report_write_failure = report_reading,
};

static int preferences_set(const char *const *list, size_t count, pkt_err *err)
{
    for (size_t i = 0; i < count; i++) {
        char *words = NULL;
        char *preference = g_strdup(list[i]); /* taken apart in place */
        prefs_set_pref_e result = prefs_set_pref(preference, &words);
        g_free(preference);
        g_free(words);
        if (result != PREFS_SET_OK)
            return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE,
                            "libwireshark %s refuses the preference %s", epan_get_version(),
                            list[i]);
    }
    return 0;
}

static int library_start(pkt_err *err)
{
    compat_log_init();
    (void)ws_log_set_level(LOG_LEVEL_CRITICAL); /* malformed packets are data, not news */
    init_process_policies();
    g_free(compat_configuration_init()); /* it fails only to find its own program's folder */
    init_report_message("pktbench", &reports);
    timestamp_set_type(TS_ABSOLUTE);
    timestamp_set_precision(TS_PREC_AUTO);
    timestamp_set_seconds_type(TS_SECONDS_DEFAULT);
    wtap_init(FALSE);
    if (!epan_init(NULL, NULL, FALSE))
        return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "libwireshark %s did not start%s%s",
                        epan_get_version(), *last_report ? ": " : "", last_report);
    (void)epan_load_settings(); /* without it the IP dissector has no table to look into */
    disable_name_resolution();
    if (preferences_set(preferences, PREFERENCES, err) != 0)
        return -1;
    prefs_apply_all();
    return 0;
}

/* A second start would abort the process. */
static bool library_started(void)
{
    void *cookie;
    return proto_get_first_protocol(&cookie) != -1;
}

int ws_library_init(pkt_err *err)
{
    if (library_started())
        return 0;
    char *saved[PRIVATE_VARIABLES];
    struct sigaction pipe_action;
    (void)sigaction(SIGPIPE, NULL, &pipe_action); /* epan_init() sets it to be ignored */
    environment_hide(saved);
    int result = library_start(err);
    environment_restore(saved);
    (void)sigaction(SIGPIPE, &pipe_action, NULL);
    return result;
}

/* Ports decide, and content on TCP: DNS by content on any UDP port, and X11's range of ports, would
 * take what is of no known protocol. */
static void guesses_set(bool allowed)
{
    compat_heuristic_allow("dns_udp", allowed);
    if (allowed)
        (void)proto_enable_proto_by_name("x11");
    else
        (void)proto_disable_proto_by_name("x11");
}

int ws_library_segments(bool each, pkt_err *err)
{
    static bool is_each;
    if (each == is_each)
        return 0;
    if (preferences_set(each ? segments_each : segments_joined, SEGMENT_PREFERENCES, err) != 0)
        return -1;
    guesses_set(!each);
    prefs_apply_all();
    is_each = each;
    return 0;
}
