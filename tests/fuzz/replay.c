/* Runs a fuzz target without libFuzzer: `replay ROUNDS FILE|FOLDER...` runs it on every input and
 * on ROUNDS mutations of them, which are the same in every run. An input that makes it abort is
 * stored in TARGET.crash. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datasets/random.h"
#include "tests/fuzz/fuzz.h"

enum { INPUT_MAX = 16384, INPUTS_MAX = 512, CHANGES_MAX = 6 };

typedef struct input {
    uint8_t *bytes;
    size_t size;
} input;

typedef struct inputs {
    input all[INPUTS_MAX];
    size_t count;
} inputs;

/* For the signal handler: the current input, and the file to store it. */
static input now;
static char crash_path[64];

/* Sanitizers must abort, otherwise they end the process without a signal. */
PKT_EXPORT const char *__asan_default_options(void);
PKT_EXPORT const char *__ubsan_default_options(void);

const char *__asan_default_options(void)
{
    return "abort_on_error=1";
}

const char *__ubsan_default_options(void)
{
    return "abort_on_error=1";
}

static void crash_keep(int number)
{
    static const char text[] = "the input is stored in ";
    int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (write(fd, now.bytes, now.size) == (ssize_t)now.size &&
        write(STDERR_FILENO, text, sizeof text - 1) > 0)
        (void)!write(STDERR_FILENO, crash_path, strlen(crash_path));
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void target_call(const uint8_t *bytes, size_t size)
{
    /* A copy of exactly this size: a sanitizer then detects a read past the end. */
    now = (input){malloc(size), size};
    must(now.bytes || !size, "memory is available for the input");
    if (size)
        memcpy(now.bytes, bytes, size);
    (void)LLVMFuzzerTestOneInput(now.bytes, size);
    free(now.bytes);
}

static void file_add(inputs *in, const char *path)
{
    static uint8_t bytes[INPUT_MAX];
    FILE *file = fopen(path, "rb");
    must(file != NULL, path);
    size_t size = fread(bytes, 1, sizeof bytes, file);
    must(in->count < INPUTS_MAX && fclose(file) == 0, "the number of inputs is within the limit");
    input *added = &in->all[in->count++];
    *added = (input){malloc(size ? size : 1), size};
    must(added->bytes != NULL, "memory is available for the inputs");
    memcpy(added->bytes, bytes, size);
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void folder_add(inputs *in, const char *folder)
{
    struct dirent **entries;
    char path[4096];
    int count = scandir(folder, &entries, NULL, by_bytes);
    for (int i = 0; i < count; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        if (entries[i]->d_name[0] != '.')
            file_add(in, path);
        free(entries[i]);
    }
    free(entries);
}

static void path_add(inputs *in, const char *path)
{
    struct stat st;
    must(stat(path, &st) == 0, path);
    if (S_ISDIR(st.st_mode))
        folder_add(in, path);
    else
        file_add(in, path);
}

/* Overwrite a byte, or a number of 2 or 4 bytes in either byte order, with a critical value for
 * lengths. */
static void number_set(uint8_t *bytes, size_t size, random_state *random)
{
    static const uint32_t values[] = {0,    1,     2,     4,      7,       12,         15,
                                      16,   19,    20,    28,     0x7f,    0x80,       0xff,
                                      1500, 65535, 32768, 262144, 1 << 24, 0x7fffffff, UINT32_MAX};
    const uint32_t value = values[random_below(random, sizeof values / sizeof values[0])];
    const size_t width = (size_t)1 << random_below(random, 3);
    const bool big = random_below(random, 2);
    if (width > size)
        return;
    size_t at = random_below(random, size - width + 1);
    for (size_t i = 0; i < width; i++)
        bytes[at + i] = (uint8_t)(value >> 8 * (big ? width - 1 - i : i));
}

/* Replace `removed` bytes by a part of `from`; either may be 0 bytes. */
static size_t piece_put(uint8_t *bytes, size_t size, const input *from, size_t gone_max,
                        random_state *random)
{
    size_t at = random_below(random, size + 1);
    size_t removed = random_below(random, (gone_max < size - at ? gone_max : size - at) + 1);
    size_t start = random_below(random, from->size + 1);
    size_t piece = random_below(random, from->size - start + 1);
    if (piece > 64)
        piece = 64;
    if (piece > INPUT_MAX - (size - removed))
        piece = INPUT_MAX - (size - removed);
    memmove(bytes + at + piece, bytes + at + removed, size - at - removed);
    memcpy(bytes + at, from->bytes + start, piece);
    return size - removed + piece;
}

static size_t change(uint8_t *bytes, size_t size, const inputs *in, random_state *random)
{
    const input *other = &in->all[random_below(random, in->count)];
    switch (random_below(random, 6)) {
    case 0:
        if (size)
            bytes[random_below(random, size)] ^= (uint8_t)(1u << random_below(random, 8));
        return size;
    case 1:
        if (size)
            bytes[random_below(random, size)] = (uint8_t)random_next(random);
        return size;
    case 2:
    case 3:
        number_set(bytes, size, random);
        return size;
    case 4:
        return piece_put(bytes, size, other, 64, random);
    default:
        return random_below(random, 4) ? size : random_below(random, size + 1);
    }
}

/* All inputs and the random numbers, for mutations that targets ask for. */
static inputs in;
static random_state chance;

/* Targets with mutations of their own define it. */
#pragma weak LLVMFuzzerCustomMutator

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size)
{
    (void)max_size; /* INPUT_MAX, which no change exceeds */
    for (uint64_t left = 1 + random_below(&chance, CHANGES_MAX); left > 0; left--)
        size = change(data, size, &in, &chance);
    return size;
}

static void mutation_try(void)
{
    static uint8_t bytes[INPUT_MAX];
    const input *from = &in.all[random_below(&chance, in.count)];
    memcpy(bytes, from->bytes, from->size);
    const size_t size = LLVMFuzzerCustomMutator
                            ? LLVMFuzzerCustomMutator(bytes, from->size, sizeof bytes,
                                                      (unsigned)random_next(&chance))
                            : LLVMFuzzerMutate(bytes, from->size, sizeof bytes);
    target_call(bytes, size);
}

int main(int argc, char **argv)
{
    chance = random_seeded(1);
    must(argc > 2, "usage: replay ROUNDS FILE|FOLDER...");
    (void)snprintf(crash_path, sizeof crash_path, "%s.crash", program_invocation_short_name);
    (void)signal(SIGABRT, crash_keep);
    (void)signal(SIGSEGV, crash_keep);
    for (int i = 2; i < argc; i++)
        path_add(&in, argv[i]);
    must(in.count > 0, "at least one input");
    for (size_t i = 0; i < in.count; i++)
        target_call(in.all[i].bytes, in.all[i].size);
    for (long left = strtol(argv[1], NULL, 10); left > 0; left--)
        mutation_try();
    for (size_t i = 0; i < in.count; i++)
        free(in.all[i].bytes);
    return 0;
}
