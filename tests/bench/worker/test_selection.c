/* Which backends take part in a run. This program is its own worker, which describes backends that
 * there are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "bench/worker/selection.h"

/* The folder "plugins/" of these plug-ins is no folder: nothing is loaded. */
#define PLUGIN "plugins/mine.so"

/* If it is set in the environment, a worker speaks an older protocol. */
#define OLD_PROTOCOL "TEST_OLD_PROTOCOL"

static json_t *described(const char *name, const char *level)
{
    return json_pack("{s:b, s:{s:s, s:s, s:s, s:s, s:{s:{s:s, s:[s, s]}}}, s:{s:s}, s:i}", "ok", 1,
                     "backend", "name", name, "summary", "fake", "origin", "ours", "decoder",
                     "pktbench", "levels", level, "work", "none", "columns", "ts_ns", "nonsense",
                     "tool", "version", "9", "protocol",
                     getenv(OLD_PROTOCOL) ? WORKER_PROTOCOL - 1 : WORKER_PROTOCOL);
}

/* What the worker of the backend answers; NULL: it leaves without an answer. A plug-in has the name
 * of its file. */
static json_t *fake_answer(const char *name)
{
    if (strcmp(name, "libpcap") == 0)
        return NULL;
    if (strcmp(name, "wireshark") == 0)
        return json_pack("{s:b}", "ok", 1);
    if (strcmp(name, "libtins") == 0)
        return json_pack("{s:b, s:s}", "ok", 0, "reason", "its library is missing");
    if (strstr(name, "twin"))
        return described("raw", "headers");
    if (strstr(name, ".so") && !strstr(name, "many"))
        return described("mine", "headers");
    return described(name, strcmp(name, "read-all") == 0 ? "frames" : "headers");
}

static int worker_main(const char *name)
{
    char request[256];
    json_t *answer = fake_answer(name);
    if (!fgets(request, sizeof request, stdin) || !answer)
        return 3;
    (void)json_dumpf(answer, stdout, JSON_COMPACT);
    (void)putchar('\n');
    json_decref(answer);
    return fflush(stdout) != 0;
}

static selection opened(const selection_request *request)
{
    selection selection;
    pkt_err err;
    if (selection_open(&selection, request, &err) != 0)
        fail_msg("%s", err.msg);
    return selection;
}

static void check_refused(const selection_request *request, const char *words)
{
    selection selection;
    pkt_err err;
    assert_int_equal(selection_open(&selection, request, &err), -1);
    if (strncmp(err.msg, words, strlen(words)) != 0)
        fail_msg("'%s', not '%s'", err.msg, words);
    assert_int_equal(selection.count, 0);
}

static void test_defaults(void **state)
{
    (void)state;
    selection l = opened(&(selection_request){0});
    const backend *raw = selection_find(&l, "raw"), *libpcap = selection_find(&l, "libpcap");
    if (!raw || !libpcap) {
        fail_msg("raw and libpcap are in the selection");
        return;
    }
    assert_true(raw->chosen && raw->available);
    assert_true(raw->offers[PKT_LEVEL_HEADERS] && !raw->offers[PKT_LEVEL_FRAMES]);
    assert_string_equal(raw->decoder, "pktbench");
    assert_string_equal(json_string_value(json_object_get(raw->description, "language")), "C");
    assert_true(libpcap->chosen && !libpcap->available);
    assert_non_null(strstr(libpcap->reason, "exit status 3"));
    assert_string_equal(selection_find(&l, "wireshark")->reason, "its worker did not describe it");
    assert_null(selection_find(&l, "libtins")); /* it is measured on request */
    assert_true(selection_runs(&l, raw, PKT_LEVEL_HEADERS));
    assert_false(selection_runs(&l, raw, PKT_LEVEL_FRAMES));
    assert_false(selection_runs(&l, libpcap, PKT_LEVEL_HEADERS));
    selection_close(&l);
    selection_close(&l);
}

static void test_names(void **state)
{
    (void)state;
    selection l = opened(&(selection_request){.backends = "raw,,raw,libtins"});
    assert_true(selection_find(&l, "raw")->chosen && !selection_find(&l, "libpcap")->chosen);
    assert_true(selection_find(&l, "libtins")->chosen);
    assert_string_equal(selection_find(&l, "libtins")->reason, "its library is missing");
    selection_close(&l);
    l = opened(&(selection_request){.backends = "raw", .also = "libtins,libtrace"});
    assert_true(selection_find(&l, "raw")->chosen && selection_find(&l, "libtrace")->chosen);
    assert_true(selection_find(&l, "libtins")->chosen && !selection_find(&l, "libpcap")->chosen);
    selection_close(&l);
    l = opened(&(selection_request){.backends = "raw", .plugins = PLUGIN, .end_s = 3});
    assert_true(selection_find(&l, "raw")->id.end_s == 3 &&
                selection_find(&l, "mine")->id.end_s == 3);
    selection_close(&l);
    l = opened(&(selection_request){.also = "libtins"});
    assert_true(selection_find(&l, "raw")->chosen && selection_find(&l, "libtins")->chosen);
    assert_null(selection_find(&l, "libtrace"));
    selection_close(&l);
    l = opened(&(selection_request){.backends = EVERY_BACKEND});
    assert_true(selection_find(&l, "libtins")->chosen);
    assert_non_null(strstr(selection_find(&l, "dpkt")->reason,
                           "driver dpkt_driver.py not found: set PKTBENCH_EXTERNAL"));
    selection_close(&l);
    check_refused(&(selection_request){.backends = "raw,nobody"},
                  "unknown backend 'nobody'; known: read-all, memcpy, raw, raw-mapped, libpcap, "
                  "wireshark, libtins, ");
    check_refused(&(selection_request){.backends = "raw,nobody", .plugins = PLUGIN},
                  "unknown backend 'nobody'; known: read-all, ");
}

static void test_levels(void **state)
{
    (void)state;
    selection l = opened(&(selection_request){.levels = "headers,headers"});
    assert_true(l.levels[PKT_LEVEL_HEADERS] && !l.levels[PKT_LEVEL_FRAMES]);
    assert_false(selection_runs(&l, selection_find(&l, "read-all"), PKT_LEVEL_FRAMES));
    selection_close(&l);
    check_refused(&(selection_request){.levels = "frames,deep"},
                  "unknown level 'deep'; known: frames, headers, flows, dissect");
}

static void check_nothing_runs(const selection_request *request, const char *words)
{
    pkt_err err;
    selection l = opened(request);
    assert_int_equal(selection_check(&l, &err), -1);
    assert_int_equal(err.code, PKT_ERR_USAGE);
    if (strncmp(err.msg, words, strlen(words)) != 0)
        fail_msg("'%s', not '%s'", err.msg, words);
    selection_close(&l);
}

static void test_nothing_runs(void **state)
{
    (void)state;
    selection l = opened(&(selection_request){.backends = "libtins,raw"});
    assert_int_equal(selection_check(&l, NULL), 0);
    selection_close(&l);
    check_nothing_runs(&(selection_request){.backends = "raw", .levels = "dissect"},
                       "nothing to run: no chosen backend offers a chosen level here");
    check_nothing_runs(&(selection_request){.backends = "libtins,libpcap"},
                       "nothing to run: libpcap is unavailable: ");
}

static void test_plugins(void **state)
{
    (void)state;
    selection l = opened(&(selection_request){.backends = "raw", .plugins = PLUGIN});
    const backend *mine = selection_find(&l, "mine");
    assert_true(mine && mine->chosen && mine->available);
    assert_string_equal(json_string_value(json_object_get(mine->description, "origin")), "plug-in");
    assert_false(selection_find(&l, "libpcap")->chosen);
    selection_close(&l);
    check_refused(&(selection_request){.plugins = PLUGIN "," PLUGIN},
                  "plug-in " PLUGIN " has the name of another backend, mine: rename it");
    check_refused(&(selection_request){.plugins = "plugins/twin.so"},
                  "plug-in plugins/twin.so has the name of another backend, raw: rename it");
    check_refused(&(selection_request){.plugins = "libpcap"},
                  "plug-in libpcap: the worker left with exit status 3");
}

static void test_limit(void **state)
{
    (void)state;
    char list[SELECTION_MAX * 24] = "";
    size_t size = 0;
    for (unsigned i = 0; i < SELECTION_MAX; i++)
        size += (size_t)snprintf(list + size, sizeof list - size, "many%u.so,", i);
    check_refused(&(selection_request){.plugins = list}, "more than 64 backends in one run");
}

static void test_reference(void **state)
{
    (void)state;
    static const struct {
        const char *name, *words;
    } cases[] = {
        {"nobody", "unknown backend 'nobody'; known: read-all, memcpy, raw, "},
        {"dpkt", "it takes part only where it is chosen by name"},
        {"libpcap", "the worker left with exit status 3"},
        {"read-all", "it gives no header columns to compare with"},
    };
    selection l = opened(&(selection_request){0});
    pkt_err err;
    assert_ptr_equal(selection_reference(&l, "raw", &err), selection_find(&l, "raw"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_null(selection_reference(&l, cases[i].name, &err));
        if (strncmp(err.msg, cases[i].words, strlen(cases[i].words)) != 0)
            fail_msg("%s: %s", cases[i].name, err.msg);
    }
    selection_close(&l);
}

static void test_baseline(void **state)
{
    (void)state;
    selection l =
        opened(&(selection_request){.backends = "raw,libpcap", .baseline = "/proc/self/exe"});
    size_t olds = 0;
    for (size_t i = 0; i < l.count; i++)
        if (l.old[i]) {
            olds++;
            assert_string_equal(l.old[i]->name, "raw"); /* libpcap is not there */
            assert_true(l.old[i]->available);
        }
    assert_int_equal(olds, 1);
    selection_close(&l);
    check_refused(&(selection_request){.baseline = "/nowhere/old"},
                  "baseline: /nowhere/old: No such file or directory");
    check_refused(&(selection_request){.backends = "libpcap", .baseline = "/proc/self/exe"},
                  "baseline: /proc/self/exe: has none of the backends of this run");
    assert_int_equal(setenv(OLD_PROTOCOL, "1", 1), 0);
    check_refused(&(selection_request){.backends = "raw", .baseline = "/proc/self/exe"},
                  "baseline: /proc/self/exe: has none of the backends of this run: its worker "
                  "speaks another protocol than 3");
    assert_int_equal(unsetenv(OLD_PROTOCOL), 0);
    check_refused(&(selection_request){.backends = "raw", .baseline = PLUGIN},
                  "baseline: " PLUGIN ": its backend mine takes no part in this run");
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "worker") == 0)
        return worker_main(argc > 5 ? argv[3] : argv[argc - 1]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),     cmocka_unit_test(test_names),
        cmocka_unit_test(test_levels),       cmocka_unit_test(test_plugins),
        cmocka_unit_test(test_nothing_runs), cmocka_unit_test(test_limit),
        cmocka_unit_test(test_reference),    cmocka_unit_test(test_baseline),
    };
    if (setenv("PKTBENCH_EXTERNAL", "/nowhere", 1) != 0)
        return 2;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
