/* gzip (RFC 1952): members with all fields of a header, in steps of any size, and cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "parsers/input/decompress/codec.h"

enum { PLAIN_BYTES = 400000, PACKED_BYTES = 2 << 20, SMALL_BYTES = 600, GZIP = 15 + 16 };

enum { UNFINISHED, FINISHED, FAILED };

typedef struct bytes {
    uint8_t *at;
    size_t size;
} bytes;

static uint32_t next_number(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Runs, text and noise in turns, so that all kinds of deflate's blocks are written. */
static void plain_fill(uint8_t *plain, size_t size, uint32_t seed)
{
    for (size_t i = 0; i < size; i++) {
        const size_t kind = i / 5000 % 3;
        plain[i] = kind == 0   ? (uint8_t)(i / 700)
                   : kind == 1 ? (uint8_t) "GET / HTTP/1.1\r\nHost: "[next_number(&seed) % 22]
                               : (uint8_t)next_number(&seed);
    }
}

/* Append one member, whose header has every field. */
static void member_append(bytes *packed, size_t room, bytes plain, int level, int strategy)
{
    z_stream z = {0};
    uint8_t extra[] = {'x', 'y', 2, 0, 0x1f, 0x8b}, name[] = "a.pcap";
    gz_header header = {
        .extra = extra, .extra_len = sizeof extra, .name = name, .comment = name, .hcrc = 1};
    assert_int_equal(deflateInit2(&z, level, Z_DEFLATED, GZIP, 8, strategy), Z_OK);
    assert_int_equal(deflateSetHeader(&z, &header), Z_OK);
    z.next_in = plain.at;
    z.avail_in = (uInt)plain.size;
    z.next_out = packed->at + packed->size;
    z.avail_out = (uInt)(room - packed->size);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    packed->size += z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
}

/* One member by the codec, in steps of at most in_max and out_max bytes. Returns how it ended;
 * *taken: bytes of `packed` that it used. */
static int member_decode(void *state, bytes packed, bytes *out, size_t in_max, size_t out_max,
                         size_t *taken)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    const size_t room = out->size;
    uint32_t seed = (uint32_t)(in_max + out_max);
    out->size = *taken = 0;
    for (;;) {
        const size_t in = 1 + next_number(&seed) % in_max, left = packed.size - *taken;
        const size_t wanted = 1 + next_number(&seed) % out_max, free_out = room - out->size;
        decompress_io io = {.in = packed.at + *taken,
                            .in_size = in < left ? in : left,
                            .out = out->at + out->size,
                            .out_size = wanted < free_out ? wanted : free_out};
        const decompress_io before = io;
        const int done = pkt_codec_gzip.step(state, &io, &err);
        assert_true(io.in >= before.in && io.in_size <= before.in_size);
        assert_true(io.out >= before.out && io.out_size <= before.out_size);
        *taken += before.in_size - io.in_size;
        out->size += before.out_size - io.out_size;
        if (done < 0)
            assert_memory_equal(err.msg, "gzip: ", 6);
        if (done != 0)
            return done < 0 ? FAILED : FINISHED;
        if (io.in_size == before.in_size && io.out_size == before.out_size)
            return UNFINISHED;
    }
}

static int by_codec(bytes packed, bytes *out)
{
    void *state = NULL;
    pkt_err err = {.pos = PKT_POS_NONE};
    size_t taken;
    assert_int_equal(pkt_codec_gzip.open(&state, &err), 0);
    const int end = member_decode(state, packed, out, packed.size, out->size, &taken);
    pkt_codec_gzip.close(state);
    return end;
}

static void members_in_steps(void **unused)
{
    (void)unused;
    static const struct {
        size_t size;
        int level, strategy;
    } members[] = {{PLAIN_BYTES, 6, Z_DEFAULT_STRATEGY},
                   {0, 6, Z_DEFAULT_STRATEGY},
                   {PLAIN_BYTES, 0, Z_DEFAULT_STRATEGY},
                   {1, 9, Z_DEFAULT_STRATEGY},
                   {PLAIN_BYTES, 9, Z_FIXED},
                   {PLAIN_BYTES, 1, Z_HUFFMAN_ONLY},
                   {9, 9, Z_FIXED}};
    static const size_t steps[][2] = {
        {1, 1},        {1, PLAIN_BYTES},           {7, 3}, {13, 5000}, {PACKED_BYTES, 17},
        {4096, 65536}, {PACKED_BYTES, PLAIN_BYTES}};
    enum { MEMBERS = sizeof members / sizeof members[0] };
    uint8_t *plain = malloc(PLAIN_BYTES), *room = malloc(PLAIN_BYTES);
    bytes packed = {malloc(PACKED_BYTES), 0};
    assert_true(plain && room && packed.at);
    plain_fill(plain, PLAIN_BYTES, 1);
    for (size_t m = 0; m < MEMBERS; m++)
        member_append(&packed, PACKED_BYTES, (bytes){plain, members[m].size}, members[m].level,
                      members[m].strategy);
    for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
        void *state = NULL;
        pkt_err err = {.pos = PKT_POS_NONE};
        assert_int_equal(pkt_codec_gzip.open(&state, &err), 0);
        size_t at = 0;
        for (size_t m = 0; m < MEMBERS; m++) {
            bytes out = {room, PLAIN_BYTES};
            size_t taken;
            if (m)
                assert_int_equal(pkt_codec_gzip.next_member(state, &err), 0);
            const bytes rest = {packed.at + at, packed.size - at};
            assert_int_equal(member_decode(state, rest, &out, steps[s][0], steps[s][1], &taken),
                             FINISHED);
            assert_int_equal(out.size, members[m].size);
            assert_memory_equal(out.at, plain, out.size);
            at += taken;
        }
        assert_int_equal(at, packed.size);
        pkt_codec_gzip.close(state);
    }
    free(plain);
    free(room);
    free(packed.at);
}

static bytes small_member(uint8_t *plain)
{
    bytes packed = {malloc(PACKED_BYTES), 0};
    assert_non_null(packed.at);
    plain_fill(plain, SMALL_BYTES, 2);
    for (size_t i = SMALL_BYTES / 2; i < SMALL_BYTES; i++)
        plain[i] = (uint8_t) "HTTP/1.1 200"[i * i % 12];
    member_append(&packed, PACKED_BYTES, (bytes){plain, SMALL_BYTES}, 9, Z_DEFAULT_STRATEGY);
    return packed;
}

static void every_cut(void **unused)
{
    (void)unused;
    uint8_t plain[SMALL_BYTES], room[SMALL_BYTES] = {0};
    bytes packed = small_member(plain);
    for (size_t size = 1; size < packed.size; size++) {
        /* An allocation of its own: a read past the end is found. */
        uint8_t *copy = malloc(size);
        assert_non_null(copy);
        memcpy(copy, packed.at, size);
        bytes out = {room, SMALL_BYTES};
        assert_int_equal(by_codec((bytes){copy, size}, &out), UNFINISHED);
        assert_true(out.size <= SMALL_BYTES);
        assert_memory_equal(out.at, plain, out.size);
        free(copy);
    }
    free(packed.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_in_steps),
        cmocka_unit_test(every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
