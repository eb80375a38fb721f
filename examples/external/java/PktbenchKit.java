import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Writer;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/**
 * Speaks the protocol of pktbench's external parsers (doc/external-parsers.md), so that a driver
 * only fills rows: implement Driver and Source, and call serve(). Needs Java 17, and no library.
 */
public final class PktbenchKit {
    /** Groups of columns: a row has the columns of the groups whose bit is set in `has`. */
    public static final int LINK = 1, VLAN = 2, IP = 4, FRAG = 8, L4 = 16, PORTS = 32, TCP = 64,
            ICMP = 128;

    /** The cells of a packet: `pktbench list columns` explains them. */
    public static final class Row {
        public long tsNs, ethSrc, ethDst; // a MAC address has 48 bits
        public long srcHi, srcLo, dstHi, dstLo; // an IPv4 address is 32 bits of the low half
        public int capLen, wireLen, linkType, ethType, vlanId; // all numbers are unsigned
        public int ipVersion, ipProto, ipTtl, ipTos, ipLen, ipId, ipFlags, fragOff;
        public int srcPort, dstPort, l4Hlen, payloadLen, tcpFlags, tcpSeq, tcpAck, tcpWindow;
        public int icmpType, icmpCode;
        public int has;

        void clear() {
            tsNs = ethSrc = ethDst = srcHi = srcLo = dstHi = dstLo = 0;
            capLen = wireLen = linkType = ethType = vlanId = 0;
            ipVersion = ipProto = ipTtl = ipTos = ipLen = ipId = ipFlags = fragOff = 0;
            srcPort = dstPort = l4Hlen = payloadLen = tcpFlags = tcpSeq = tcpAck = tcpWindow = 0;
            icmpType = icmpCode = has = 0;
        }
    }

    /** One run over a capture. */
    public interface Source {
        /** Fill the row, which is cleared, with the next packet. false: there is none. */
        boolean next(Row row) throws Exception;
    }

    /** A parser. */
    public interface Driver {
        /** name, summary, version, license, decoder; flags may be added. */
        Map<String, String> description();

        /** The calls that it makes, by level: frames, headers. */
        Map<String, String> work();

        /** Start a run. It is timed, and so is everything until next() returns false. */
        Source open(String path, boolean headers) throws Exception;
    }

    private enum Kind { NUMBER, MAC, ADDRESS }

    private record Column(String name, int has, Kind kind, ToLongFunction<Row> high,
            ToLongFunction<Row> get) {
        Column(String name, int has, ToLongFunction<Row> get) {
            this(name, has, Kind.NUMBER, null, get);
        }
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    private static final List<Column> COLUMNS = List.of(
            new Column("ts_ns", 0, r -> r.tsNs),
            new Column("cap_len", 0, r -> unsigned(r.capLen)),
            new Column("wire_len", 0, r -> unsigned(r.wireLen)),
            new Column("link_type", 0, r -> r.linkType),
            new Column("eth_src", LINK, Kind.MAC, null, r -> r.ethSrc),
            new Column("eth_dst", LINK, Kind.MAC, null, r -> r.ethDst),
            new Column("eth_type", LINK, r -> r.ethType),
            new Column("vlan_id", VLAN, r -> r.vlanId),
            new Column("ip_version", IP, r -> r.ipVersion),
            new Column("ip_proto", IP, r -> r.ipProto),
            new Column("ip_ttl", IP, r -> r.ipTtl),
            new Column("ip_tos", IP, r -> r.ipTos),
            new Column("ip_len", IP, r -> unsigned(r.ipLen)),
            new Column("ip_id", FRAG, r -> unsigned(r.ipId)),
            new Column("ip_flags", FRAG, r -> r.ipFlags),
            new Column("frag_off", FRAG, r -> r.fragOff),
            new Column("src", IP, Kind.ADDRESS, r -> r.srcHi, r -> r.srcLo),
            new Column("dst", IP, Kind.ADDRESS, r -> r.dstHi, r -> r.dstLo),
            new Column("src_port", PORTS, r -> r.srcPort),
            new Column("dst_port", PORTS, r -> r.dstPort),
            new Column("l4_hlen", L4, r -> r.l4Hlen),
            new Column("payload_len", L4, r -> unsigned(r.payloadLen)),
            new Column("tcp_flags", TCP, r -> r.tcpFlags),
            new Column("tcp_seq", TCP, r -> unsigned(r.tcpSeq)),
            new Column("tcp_ack", TCP, r -> unsigned(r.tcpAck)),
            new Column("tcp_window", TCP, r -> r.tcpWindow),
            new Column("icmp_type", ICMP, r -> r.icmpType),
            new Column("icmp_code", ICMP, r -> r.icmpCode));

    /** Unranked runs in each process, in which the virtual machine compiles. */
    private static final int WARM_UP = 5;

    private final Driver driver;
    // The rows of the last run: pktbench asks for one column of them. Later runs use them again.
    private final ArrayList<Row> rows = new ArrayList<>();
    private int count;
    private String path = "", level = "";
    private byte[] evicted = new byte[0];

    private PktbenchKit(Driver driver) {
        this.driver = driver;
    }

    private static List<Column> shown(String level) {
        return COLUMNS.stream().filter(c -> level.equals("headers") || c.has() == 0).toList();
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\')
                out.append('\\').append(c);
            else if (c < 32 || c > 126)
                out.append(String.format("\\u%04x", (int) c));
            else
                out.append(c);
        }
        return out.append('"').toString();
    }

    private static String unescaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                c = text.charAt(++i);
                if (c == 'u') {
                    c = (char) Integer.parseInt(text.substring(i + 1, i + 5), 16);
                    i += 4;
                } else {
                    int known = "nrtbf".indexOf(c);
                    c = known < 0 ? c : "\n\r\t\b\f".charAt(known);
                }
            }
            out.append(c);
        }
        return out.toString();
    }

    private static final Pattern MEMBER =
            Pattern.compile("\"(\\w+)\"\\s*:\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^,}\\s]+))");

    /** A request, which is a flat object, with all values as text. */
    private static Map<String, String> request(String line) {
        Map<String, String> found = new HashMap<>();
        Matcher member = MEMBER.matcher(line);
        while (member.find())
            found.put(member.group(1), member.group(2) != null ? unescaped(member.group(2))
                                                               : member.group(3));
        return found;
    }

    private String describe() {
        Map<String, String> texts = new HashMap<>(driver.description());
        texts.put("language", "Java " + System.getProperty("java.version"));
        String members = texts.entrySet().stream()
                .map(e -> quoted(e.getKey()) + ": " + quoted(e.getValue()))
                .collect(Collectors.joining(", "));
        String levels = driver.work().entrySet().stream()
                .map(e -> quoted(e.getKey()) + ": {\"work\": " + quoted(e.getValue())
                        + ", \"columns\": [" + shown(e.getKey()).stream()
                                .map(c -> quoted(c.name())).collect(Collectors.joining(", "))
                        + "]}")
                .collect(Collectors.joining(", "));
        return "\"protocol\": 1, \"backend\": {" + members + ", \"warm_up\": " + WARM_UP + ", \"levels\": {"
                + levels + "}}";
    }

    private Row row(int index) {
        if (index == rows.size())
            rows.add(new Row());
        Row row = rows.get(index);
        row.clear();
        return row;
    }

    private String run() throws Exception {
        count = 0;
        Source source = driver.open(path, level.equals("headers"));
        while (source.next(row(count)))
            count++;
        return "\"rows\": " + count;
    }

    /** RFC 5952; section 5: an IPv4-mapped address with its IPv4 address. */
    private static String addressText(Row r, long high, long low) throws IOException {
        if (r.ipVersion == 4 || (high == 0 && low >>> 32 == 0xffff)) {
            String text = (low >>> 24 & 255) + "." + (low >>> 16 & 255) + "." + (low >>> 8 & 255)
                    + "." + (low & 255);
            return r.ipVersion == 4 ? text : "::ffff:" + text;
        }
        byte[] bytes = ByteBuffer.allocate(16).putLong(high).putLong(low).array();
        String text = Inet6Address.getByAddress(null, bytes, -1).getHostAddress();
        Matcher zeros = Pattern.compile("(?:^|:)0(?::0)+(?:$|(?=:))").matcher(text);
        String longest = "";
        int at = 0;
        while (zeros.find()) {
            if (zeros.group().replace(":", "").length() > longest.replace(":", "").length()) {
                longest = zeros.group();
                at = zeros.start();
            }
        }
        if (longest.isEmpty())
            return text;
        String rest = text.substring(at + longest.length());
        return text.substring(0, at) + (rest.isEmpty() ? "::" : ":" + rest);
    }

    private static String cellText(Column c, Row r) throws IOException {
        if (c.has() != 0 && (r.has & c.has()) == 0)
            return "";
        long value = c.get().applyAsLong(r);
        switch (c.kind()) {
            case MAC:
                return String.format("%012x", value).replaceAll("..(?!$)", "$0:");
            case ADDRESS:
                return addressText(r, c.high().applyAsLong(r), value);
            default:
                return Long.toString(value);
        }
    }

    private void write(String to) throws IOException {
        List<Column> shown = shown(level);
        try (Writer out = Files.newBufferedWriter(Path.of(to), StandardCharsets.US_ASCII)) {
            out.write(shown.stream().map(Column::name).collect(Collectors.joining(",")) + "\n");
            for (int i = 0; i < count; i++) {
                for (int k = 0; k < shown.size(); k++) {
                    out.write(k > 0 ? "," : "");
                    out.write(cellText(shown.get(k), rows.get(i)));
                }
                out.write("\n");
            }
        }
    }

    /** The column as the digest has it: an address is two columns, src_hi and src_lo. */
    private static ToLongFunction<Row> numberOf(String name) {
        for (Column c : COLUMNS) {
            if (c.kind() == Kind.ADDRESS && name.equals(c.name() + "_hi"))
                return c.high();
            if (name.equals(c.kind() == Kind.ADDRESS ? c.name() + "_lo" : c.name()))
                return c.get();
        }
        throw new IllegalArgumentException("digest: no column " + name);
    }

    private String digest(String name, int size) {
        ToLongFunction<Row> number = numberOf(name);
        byte[] bytes = new byte[count * size];
        for (int i = 0; i < count; i++) {
            long value = number.applyAsLong(rows.get(i));
            for (int k = 0; k < size; k++)
                bytes[i * size + k] = (byte) (value >>> (8 * k));
        }
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return String.format("\"crc32\": \"%08x\"", crc.getValue());
    }

    /** Read memory, so that no run finds its data in the processor's caches. */
    private int evict(int size) {
        if (evicted.length != size) {
            evicted = new byte[size];
            java.util.Arrays.fill(evicted, (byte) 1);
        }
        int sum = 0;
        for (int i = 0; i < size; i += 64)
            sum += evicted[i];
        return sum;
    }

    private String answer(Map<String, String> request) throws Exception {
        String op = request.get("op");
        if (op.equals("rows") || op.equals("prepare")) {
            path = request.get("slice");
            level = request.get("level");
            count = 0;
        }
        switch (op) {
            case "describe":
                return describe();
            case "load":
            case "empty":
                return "";
            case "rows":
                boolean whole = false;
                try {
                    String done = run();
                    whole = true;
                    return done;
                } finally {
                    if (whole || "true".equals(request.get("keep"))) {
                        write(request.get("to"));
                    }
                }
            case "prepare":
                System.gc(); // garbage of the last run must not be collected in this one
                evict(Integer.parseInt(request.get("evict_bytes")));
                return "";
            case "go":
                return run();
            case "digest":
                return digest(request.get("column"), Integer.parseInt(request.get("bytes")));
            default:
                throw new IllegalArgumentException(op + ": unknown request");
        }
    }

    /** Answer requests until the input ends. */
    public static void serve(Driver driver) throws IOException {
        PrintStream answers = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        System.setOut(System.err); // standard output is for answers only
        BufferedReader requests =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PktbenchKit kit = new PktbenchKit(driver);
        for (String line; (line = requests.readLine()) != null;) {
            Map<String, String> request = request(line);
            if ("done".equals(request.get("op")))
                return;
            try {
                String members = kit.answer(request);
                answers.println("{\"ok\": true" + (members.isEmpty() ? "" : ", ") + members + "}");
            } catch (Exception error) {
                answers.println("{\"ok\": false, \"reason\": " + quoted(error.toString()) + "}");
            }
        }
    }
}
