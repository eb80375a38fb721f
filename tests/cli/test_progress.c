/* Progress where standard error is no terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "parsers/process/program.h"

/* Standard error goes to a file, whose content is then in `text`. words: NULL for a tick. */
static void shown(progress *p, const char *words, char text[256])
{
    FILE *file = tmpfile();
    const int saved = dup(STDERR_FILENO);
    assert_non_null(file);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    if (words)
        progress_show(p, "%s", words);
    else
        progress_tick(p);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    rewind(file);
    text[fread(text, 1, 255, file)] = '\0';
    fclose(file);
}

/* A progress that was opened `seconds` ago, without a terminal. */
static progress opened(double seconds)
{
    progress p;
    progress_open(&p);
    p.terminal = false;
    p.every = 30;
    p.started -= seconds;
    p.drawn -= seconds;
    return p;
}

static void test_every_half_minute(void **state)
{
    (void)state;
    char text[256];
    progress p = opened(29);
    shown(&p, "block 1 of 8", text);
    assert_string_equal(text, "");
    p = opened(31);
    shown(&p, "block 2 of 8", text);
    assert_string_equal(text, "pktbench: block 2 of 8\n");
    shown(&p, "block 3 of 8", text);
    assert_string_equal(text, "");
}

static void test_how_far(void **state)
{
    (void)state;
    char text[256];
    progress p = opened(31);
    p.expected = 124;
    shown(&p, "block 2 of 8", text);
    assert_string_equal(text, "pktbench: 25 % done, about 93 s left: block 2 of 8\n");
    p = opened(200);
    p.expected = 124;
    shown(&p, "block 8 of 8", text);
    assert_string_equal(text, "pktbench: block 8 of 8\n");
}

/* A better estimate changes what is left, and does not begin at 0 again. */
static void test_corrected(void **state)
{
    (void)state;
    char text[256];
    progress p = opened(31);
    progress_expect(&p, 100);
    p.started -= 30;
    progress_expect(&p, 10);
    shown(&p, "block 4 of 8", text);
    assert_string_equal(text, "pktbench: 75 % done, about 10 s left: block 4 of 8\n");
}

/* A long step is shown again, and one that was not shown yet is not forgotten. */
static void test_long_step(void **state)
{
    (void)state;
    char text[256];
    progress p = opened(31);
    shown(&p, NULL, text);
    assert_string_equal(text, "");
    p = opened(29);
    shown(&p, "agreement: scapy", text);
    assert_string_equal(text, "");
    for (int i = 0; i < 2; i++) {
        p.drawn -= 31;
        shown(&p, NULL, text);
        assert_string_equal(text, "pktbench: agreement: scapy\n");
        shown(&p, NULL, text);
        assert_string_equal(text, "");
    }
}

/* The line is shown while a program is waited for. */
static void test_waiting(void **state)
{
    (void)state;
    char text[256];
    char *const argv[] = {"sleep", "1", NULL};
    const pkt_program program = {.argv = argv, .environment = environ, .seconds = 10};
    progress p;
    FILE *file = tmpfile();
    const int saved = dup(STDERR_FILENO);
    assert_non_null(file);
    progress_open(&p);
    p.terminal = false;
    p.every = 0.1;
    (void)snprintf(p.words, sizeof p.words, "agreement: scapy");
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    const int status = pkt_program_run(&program, NULL, 0);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    close(saved);
    assert_int_equal(status, 0);
    rewind(file);
    text[fread(text, 1, 255, file)] = '\0';
    fclose(file);
    const char *again = strstr(text, "pktbench: agreement: scapy\npktbench: agreement: scapy\n");
    assert_ptr_equal(again, text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_half_minute), cmocka_unit_test(test_how_far),
        cmocka_unit_test(test_corrected),         cmocka_unit_test(test_long_step),
        cmocka_unit_test(test_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
