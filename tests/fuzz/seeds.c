/* Seed inputs: `seeds FOLDER` writes FOLDER/fuzz_TARGET/NAME for every target. They are small and
 * generated at run time, so that none of them is stored in the project. */
#include <stdlib.h>
#include <sys/stat.h>

#include "datasets/generate.h"
#include "tests/parsers/decode/rows.h"

enum { CAPTURE_BYTES = 3000, FRAMES = 24, PATH_BYTES = 4096, PACKET_BYTES = 512 };

static const struct container {
    const char *name;
    dataset_options options;
} containers[] = {
    {"le.pcap", {.format = PKT_FORMAT_PCAP, .interfaces = 1}},
    {"be-ns.pcap",
     {.format = PKT_FORMAT_PCAP, .interfaces = 1, .big_endian = true, .nanoseconds = true}},
    {"snaplen.pcap", {.format = PKT_FORMAT_PCAP, .interfaces = 1, .snaplen = 40}},
    {"le.pcapng", {.format = PKT_FORMAT_PCAPNG, .interfaces = 1}},
    {"be-ns.pcapng",
     {.format = PKT_FORMAT_PCAPNG, .interfaces = 3, .big_endian = true, .nanoseconds = true}},
};

#define SHB "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000 "
#define IPV4(length, proto) "4500 " length " abcd 0000 40" proto " 0000 0a000001 0a000002 "
#define IPV6(length, next)                                                                         \
    "60000000 " length " " next " ff fe800000000000000000000000000001 "                            \
    "fe800000000000000000000000000002 "
#define TCP "1f90 0050 01020304 05060708 5012 7210 0000 0000 "
#define AH4                                                                                        \
    "33010000 00000001 00000001 33010000 00000001 00000001 "                                       \
    "33010000 00000001 00000001 33010000 00000001 00000001 "
#define WLAN(control) control " 0000 02000000000a 02000000000b 02000000000c 0000 "
#define SNAP "aaaa03 000000 0800 "
#define UDP "0035 d431 000c 0000 41424344 "

/* Inputs that the generator does not make. First four bytes of a packet: see fuzz_decode.c. */
static const struct literal {
    const char *target, *name, *hex;
} literals[] = {
    {"fuzz_decode", "qinq",
     "00 0000 1e 020000000002 020000000001 88a8 0064 8100 00c8 0800" IPV4("0028", "06") TCP},
    {"fuzz_decode", "extensions",
     "01 0000 30" IPV6("0030", "00") "2b 00 0000 00000000 3c 00 0000 00000000 2c 00 0000 00000000 "
                                     "11 00 0001 00000007" UDP "00000000"},
    {"fuzz_decode", "authenticated",
     "01 0000 20" IPV4("0040", "33") "06 04 0000 00000001 00000001 0102030405060708090a0b0c" TCP},
    {"fuzz_decode", "authenticated-often",
     "01 0000 20" IPV4("00e0", "33") AH4 AH4 AH4 AH4 "33010000 00000001 00000001"},
    {"fuzz_decode", "cooked",
     "02 0000 10 0000 0001 0006 0200000000010000 0800" IPV4("001c", "01") "08000000 00010002"},
    {"fuzz_decode", "lite", "03 0010 14" IPV4("0030", "88") UDP},
    {"fuzz_decode", "neighbours", "04 0000 28" IPV6("0008", "3a") "88000000 00000000"},
    {"fuzz_decode", "labels",
     "00 0000 20 020000000002 020000000001 8847 00064040 00064140" IPV4("0028", "06") TCP},
    {"fuzz_decode", "session",
     "00 0000 18 020000000002 020000000001 8864 1100 0001 002a 0021" IPV4("0028", "06") TCP},
    {"fuzz_decode", "session-labels",
     "00 0000 18 020000000002 020000000001 8100 0007 8864 1100 0001 0036 0281 00064140" IPV6(
         "0008", "3a") "80000000 00010002"},
    {"fuzz_decode", "snap",
     "00 0000 14 020000000002 020000000001 0030 aaaa03 000000 0800" IPV4("0028", "06") TCP},
    {"fuzz_decode", "cooked-2",
     "07 0000 12 0800 0000 00000002 0001 00 06 0200000000010000" IPV4("0028", "06") TCP},
    {"fuzz_decode", "cooked-2-snap",
     "07 0000 1a 0004 0000 00000002 0001 00 06 0200000000010000 aaaa03 000000 0800" IPV4("0028",
                                                                                         "06") TCP},
    {"fuzz_decode", "null-little", "05 0000 08 02000000" IPV4("0028", "06") TCP},
    {"fuzz_decode", "null-big", "05 0000 08 0000001e" IPV6("0008", "3a") "80000000 00010002"},
    {"fuzz_decode", "loop", "08 0000 08 00000018" IPV6("0008", "3a") "80000000 00010002"},
    {"fuzz_decode", "tags",
     "00 0000 18 020000000002 020000000001 8926 80010002 8909 0101 0001 0064 88e7 00000064 "
     "020000000012 020000000011 88e5 0000 00000001 0800" IPV4(
         "001c", "01") "08000000 00010002 "
                       "00112233445566778899aabbccddeeff"},
    {"fuzz_decode", "jumbo-snap",
     "00 0000 14 020000000002 020000000001 8870 aaaa03 000000 0800" IPV4("0028", "06") TCP},
    {"fuzz_decode", "radiotap",
     "09 0000 30 00001900 03000080 00000000 00000000 0000000000000000 30 " WLAN(
         "88 02") "0000 0000 " SNAP IPV4("0028", "06") TCP "deadbeef"},
    {"fuzz_decode", "wlan-aggregate",
     "06 0000 30 " WLAN("88 02") "8000 020000000012 020000000011 0030 " SNAP IPV4("0028", "06")
         TCP},
    {"fuzz_decode", "wlan-mesh",
     "06 0000 30 " WLAN("88 03") "02000000000d 0001 011f 01000000 020000000011 " SNAP IPV4(
         "0028", "06") TCP},
    {"fuzz_decode", "ppi",
     "0a 0000 30 00012000 69000000 0200 1400 0000000000000000 0100 0000 0000000000000000 " WLAN(
         "08 01") SNAP IPV4("0028", "06") TCP "deadbeef"},
    {"fuzz_decode", "avs",
     "0c 0000 30 80211001 0000000c 00000000 " WLAN("08 01") SNAP IPV4("0028", "06") TCP},
    {"fuzz_decode", "prism-avs",
     "0b 0000 30 80211002 0000000c 00000000 " WLAN("08 01") SNAP IPV4("0028", "06") TCP},
    {"fuzz_decode", "ppp", "0d 0000 03 ff03 0021" IPV4("0028", "06") TCP},
    {"fuzz_decode", "cisco-hdlc", "0f 0000 03 0f00 0800" IPV4("0028", "06") TCP},
    {"fuzz_decode", "frame-relay",
     "10 0000 08 1841 0300 80 0080c2 0007 020000000002 020000000001 0800" IPV4("0028", "06") TCP},
    {"fuzz_decode", "bsd-log",
     "11 0000 20 2e02 "
     "000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000" IPV4("0028", "06") TCP},
    {"fuzz_decode", "linux-log",
     "12 0000 10 02000000 08000100 08000100 2c000900" IPV4("0028", "06") TCP},
    {"fuzz_decode", "endace",
     "15 0000 20 0000000000000000 82 04 00000000 0000 0000000000000000 0000 020000000002 "
     "020000000001 "
     "0800" IPV4("0028", "06") TCP},
    {"fuzz_decode", "token-ring",
     "16 0000 14 1040 000000000001 800000000002 063000110020 " SNAP IPV4("0028", "06") TCP},
    {"fuzz_decode", "slip", "18 0000 10 0045000000000000000000000000 0000" IPV4("0028", "06") TCP},
    {"fuzz_decode", "fddi", "19 0000 0d 51 000000000001 000000000002 " SNAP IPV4("0028", "06") TCP},
    {"fuzz_decode", "atm-bridged",
     "1a 0000 0a aaaa03 0080c2 0007 0000 020000000002 020000000001 0800" IPV4("0028", "06") TCP},
    {"fuzz_decode", "sun-atm", "1b 0000 04 82000020 " SNAP IPV4("0028", "06") TCP},
    {"fuzz_decode", "arcnet", "1c 0000 08 01020000d4 ffffff d4000001 " IPV4("0028", "06") TCP},
    {"fuzz_decode", "juniper",
     "1d 0000 06 4d474380 0003 010101 020000000002 020000000001 0800" IPV4("0028", "06") TCP},
    {"fuzz_decode", "multilink", "21 0000 02 c001 184103cc" IPV4("0028", "06") TCP},
    {"fuzz_decode", "marvell",
     "26 0000 0c 020000000002 020000000001 dada0000400a0000 0800" IPV4("0028", "06") TCP},
    {"fuzz_inner", "gre", "2f 0000 30 2000 0800 0000002a" IPV4("0028", "06") TCP},
    {"fuzz_inner", "pptp",
     "2f 0000 30 3081 880b 002c 0009 00000001 00000002 ff03 0021" IPV4("0028", "06") TCP},
    {"fuzz_inner", "erspan",
     "2f 0000 30 1000 88be 00000001 10010064 00000000 020000000002 020000000001 0800" IPV4(
         "0028", "06") TCP},
    {"fuzz_inner", "erspan-3",
     "2f 0000 30 1000 22eb 00000001 20010064 00000000 00000001 0000000000000000 020000000002 "
     "020000000001 86dd" IPV6("0014", "06") TCP},
    {"fuzz_inner", "vxlan",
     "00 12b5 30 08000000 00002a00 020000000002 020000000001 8100 0064 0800" IPV4("0028", "06")
         TCP},
    {"fuzz_inner", "vxlan-generic", "00 12b6 30 0c000001 00002a00" IPV4("0028", "06") TCP},
    {"fuzz_inner", "geneve", "00 17c1 30 01000800 00002a00 00000000" IPV4("0028", "06") TCP},
    {"fuzz_inner", "gtp", "00 0868 30 34ff 0030 0000002a 00000085 01000000" IPV4("0028", "06") TCP},
    {"fuzz_inner", "l2tp",
     "00 06a5 30 4a02 003c 0001 0002 0000 0000 0002 0000 ff03 0021" IPV4("0028", "06") TCP},
    {"fuzz_inner", "teredo", "00 0dd8 30 0000ffff0a000001" IPV6("0014", "06") TCP},
    {"fuzz_inner", "deep",
     "04 0000 60" IPV4("0050", "04") IPV4("003c", "29") IPV6("0014", "06") TCP},
    {"fuzz_app", "dns",
     "00 d431 0035 00 14 00018180000100020000000003777777076578616d706c6503636f6d0000010001c00"
     "c000500010000003c0002c010c00c000100010000003c0004c0000201"},
    {"fuzz_app", "mdns",
     "00 d431 14e9 00 14 00018180000100020000000003777777076578616d706c6503636f6d0000010001c00"
     "c000500010000003c0002c010c00c000100010000003c0004c0000201"},
    {"fuzz_app", "dns-tcp",
     "01 d431 0035 00 14 003f00018180000100020000000003777777076578616d706c6503636f6d000001000"
     "1c00c000500010000003c0002c010c00c000100010000003c0004c0000201"},
    {"fuzz_app", "tls-client",
     "01 d431 01bb 00 14 16030100530100004f0303000102030405060708090a0b0c0d0e0f101112131415161"
     "718191a1b1c1d1e1f0000021301010000240000000e000c000009612e6578616d706c6500100005000302683"
     "2002b00050403040303"},
    {"fuzz_app", "tls-server",
     "01 d431 1151 00 14 16030300320200002e0303000102030405060708090a0b0c0d0e0f101112131415161"
     "718191a1b1c1d1e1f001301000006002b0002030414030300010117030300140000000000000000000000000"
     "000000000000000"},
    {"fuzz_app", "http",
     "01 d431 0050 00 14 474554202f20485454502f312e310d0a486f73743a20612e6578616d706c650d0a0d0"
     "a474554202f6220485454502f312e310d0a486f73743a20620d0a0d0a"},
    {"fuzz_app", "http-body",
     "01 d431 3039 00 14 504f5354202f20485454502f312e310d0a436f6e74656e742d4c656e6774683a20330"
     "d0a0d0a616263485454502f312e3120323030204f4b0d0a0d0a"},
    {"fuzz_app", "ssdp",
     "00 d431 076c 00 14 4d2d534541524348202a20485454502f312e310d0a484f53543a203233392e3235352"
     "e3235352e3235303a313930300d0a0d0a"},
    {"fuzz_app", "mqtt",
     "01 d431 075b 00 14 100e00044d5154540402003c00026964820e00010003612f62000003632f640030060"
     "003782f797a"},
    {"fuzz_app", "mqtt-5", "01 d431 075b 00 14 82090001000003612f6200"},
    {"fuzz_app", "dhcp",
     "00 d431 0043 00 f5 010106000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
     "000000000000000000000000000000000000000000000000000638253633501010c066c616d702d31ff"},
    {"fuzz_app", "coap",
     "00 d431 1633 00 14 420100016162396c6f63616c686f73748474656d70dd0101787878787878787878787"
     "8787878ff68656c6c6f"},
    {"fuzz_source", "blocks.pcapng",
     SHB "01000000 28000000 0100 0000 02000000 0900 0100 8a000000 0e00 0800 0200000000000000 "
         "28000000 03000000 14000000 05000000 aabb0000 14000000 "
         "02000000 24000000 0000 0000 00000000 01000000 02000000 04000000 aabbccdd 24000000 "
         "ad0b0000 10000000 01020304 10000000"},
    {"fuzz_rows", "seconds.pcapng",
     SHB "01000000 1c000000 0100 0000 00000000 0900 0100 00 000000 1c000000 "
         "06000000 24000000 00000000 dd33ef46 00000000 04000000 05000000 aabbccdd 24000000 "
         "06000000 24000000 00000000 ffffff7f ffffffff 04000000 05000000 aabbccdd 24000000 "},
    {"fuzz_source", "modified.pcap",
     "34cdb2a1 0200 0400 00000000 00000000 00000400 01000000 "
     "01000000 02000000 02000000 03000000 07000000 0800 00 00 aabb"},
    {"fuzz_source", "old.pcap",
     "d4c3b2a1 0200 0300 00000000 00000000 00000400 01000000 "
     "01000000 00000000 02000000 03000000 aabb 02000000 00000000 03000000 02000000 aabb"},
    {"fuzz_source", "sections.pcapng",
     SHB "01000000 14000000 0100 0000 00000000 14000000 "
         "06000000 24000000 00000000 00000000 01000000 04000000 05000000 aabbccdd 24000000 "
         "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c "
         "00000001 00000014 0065 0000 00000000 00000014 "
         "00000006 00000024 00000000 00000000 00000002 00000004 00000005 aabbccdd 00000024"},
    /* The capture of one packet, compressed. */
    {"fuzz_decompress", "pcap.gz",
     "1f8b0800000000000203bb7278d3422606160604606160049220cc04e63130b0"
     "02f1aadd67ee0200707b77862c000000"},
    {"fuzz_decompress", "twice.gz",
     "1f8b0800000000000203bb7278d3422606160604606160049220ccc400004593"
     "36471e0000001f8b08000000000002036360606160606005e255bbcfdc050067"
     "92adee0e00000000000000"},
    {"fuzz_decompress", "pcap.xz",
     "fd377a585a000004e6d6b4460200210116000000742fe5a3e0002b001d5d006a"
     "30d1c87d8bf8099baf1fcc79027d58a6d4b48c26637b35f7dd961a0000000000"
     "21df2962dcfc05240001392c7254da1c1fb6f37d010000000004595a"},
    {"fuzz_decompress", "pcap.zst",
     "28b52ffd0458150100c0d4c3b2a102000400040001000002000005000000aabb"
     "ccdd03003d65ecaede00177d9019a7"},
    /* An empty frame, and one of a format before RFC 8878. */
    {"fuzz_decompress", "old.zst", "28b52ffd00 00010000 26b52ffd32 000000 0000"},
    /* A frame with the magic number of a skippable frame after its own. */
    {"fuzz_decompress", "within.zst", "28b52ffd512a4d18 04000000 00000000 00"},
    {"fuzz_decompress", "plain.pcap",
     "d4c3b2a102000400000000000000000000000400010000000100000002000000"
     "0400000005000000aabbccdd"},
    {"fuzz_flow", "hashed", "02 01 000100 000200 000100 000300 000400 000200 000100"},
    {"fuzz_flow", "colliding", "03 02 000100 000200 000300 000400 000500 000100 000400 000600"},
    {"fuzz_answer", "ok", "00 7b226f6b223a747275657d0a"},
    {"fuzz_answer", "refused",
     "6f6f70730a 00 7b226f6b223a66616c73652c22726561736f6e223a2278227d0a"},
    {"fuzz_answer", "signal", "00 7b226f6b223a66616c73652c227369676e616c223a31317d0a"},
    {"fuzz_answer", "gone", "6162630a646566 00"},
};

static void die(const char *path)
{
    perror(path);
    exit(1);
}

static void path_make(char path[PATH_BYTES], const char *folder, const char *target,
                      const char *name)
{
    int length = snprintf(path, PATH_BYTES, "%s/%s", folder, target);
    if (length < 0 || length >= PATH_BYTES || (mkdir(path, 0777) != 0 && errno != EEXIST))
        die(path);
    int more = snprintf(path + length, (size_t)(PATH_BYTES - length), "/%s", name);
    if (more < 0 || more >= PATH_BYTES - length)
        die(path);
}

static void file_write(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        die(path);
}

static void captures(const char *folder, const char *target, const dataset_scenario *scenario)
{
    char path[PATH_BYTES], truth[PATH_BYTES], name[128];
    (void)snprintf(name, sizeof name, "%s.csv", scenario->name);
    path_make(truth, folder, "fuzz_csv", name);
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        dataset_options options = containers[i].options;
        pkt_err err;
        options.size = CAPTURE_BYTES;
        options.seed = scenario->seed;
        (void)snprintf(name, sizeof name, "%s-%s", scenario->name, containers[i].name);
        path_make(path, folder, target, name);
        if (dataset_write(scenario, &options, path, i ? NULL : truth, NULL, &err) != 0) {
            (void)fprintf(stderr, "%s: %s\n", path, err.msg);
            exit(1);
        }
    }
}

static void packets(const char *folder, const dataset_scenario *scenario)
{
    static frame f;
    static uint8_t input[4 + FRAME_MAX];
    char path[PATH_BYTES], name[128];
    frame_generator generator;
    if (scenario->open(&generator, scenario->seed, NULL) != 0)
        die(scenario->name);
    for (unsigned i = 0; i < FRAMES; i++) {
        generator.next(generator.state, &f);
        input[3] = 40;
        memcpy(input + 4, f.bytes, f.size);
        (void)snprintf(name, sizeof name, "%s-%u", scenario->name, i);
        path_make(path, folder, "fuzz_decode", name);
        file_write(path, input, 4 + f.size);
    }
    generator.close(generator.state);
}

int main(int argc, char **argv)
{
    if (argc != 2 || (mkdir(argv[1], 0777) != 0 && errno != EEXIST))
        die(argc == 2 ? argv[1] : "seeds FOLDER");
    const dataset_scenario *scenario;
    for (size_t i = 0; (scenario = dataset_scenario_at(i)) != NULL; i++) {
        captures(argv[1], "fuzz_source", scenario);
        captures(argv[1], "fuzz_rows", scenario);
        packets(argv[1], scenario);
    }
    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        char path[PATH_BYTES];
        uint8_t bytes[PACKET_BYTES];
        path_make(path, argv[1], literals[i].target, literals[i].name);
        file_write(path, bytes, hex_bytes(literals[i].hex, bytes, sizeof bytes));
    }
    return 0;
}
