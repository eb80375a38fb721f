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

/* Standard error goes to a file, whose content is then in `text`. */
static void shown(progress *p, const char *words, char text[256])
{
    FILE *file = tmpfile();
    const int saved = dup(STDERR_FILENO);
    assert_non_null(file);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    progress_show(p, "%s", words);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_half_minute),
        cmocka_unit_test(test_how_far),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
