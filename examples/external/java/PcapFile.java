import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The records of a pcap file, which is in memory. */
public abstract class PcapFile implements PktbenchKit.Source {
    protected final byte[] b;
    /** Where the captured bytes of the packet end. */
    protected int limit;
    private final ByteBuffer file;
    private final boolean headers;
    private final int unit; // nanoseconds of a record's second field
    private final int linkType;
    private int at = 24;

    protected PcapFile(byte[] bytes, boolean headers) {
        this.b = bytes;
        this.headers = headers;
        file = ByteBuffer.wrap(bytes);
        int magic = bytes.length < 24 ? 0 : file.getInt(0);
        switch (magic) {
            case 0xd4c3b2a1:
            case 0x4d3cb2a1:
                file.order(ByteOrder.LITTLE_ENDIAN);
                break;
            case 0xa1b2c3d4:
            case 0xa1b23c4d:
                break;
            default:
                throw new IllegalArgumentException(
                        "is no pcap file; this driver does not read pcapng");
        }
        unit = magic == 0x4d3cb2a1 || magic == 0xa1b23c4d ? 1 : 1000;
        linkType = file.getInt(20) & 0xffff;
    }

    /**
     * Decode the packet from `at` on into the row. `end`: where it ends on the wire; it was captured
     * up to `limit`.
     */
    protected abstract void packet(PktbenchKit.Row r, int at, int end);

    @Override
    public final boolean next(PktbenchKit.Row r) {
        if (at + 16 > b.length)
            return false;
        r.tsNs = Integer.toUnsignedLong(file.getInt(at)) * 1_000_000_000L
                + Integer.toUnsignedLong(file.getInt(at + 4)) * unit;
        r.capLen = file.getInt(at + 8);
        r.wireLen = file.getInt(at + 12);
        r.linkType = linkType;
        at += 16;
        if (r.capLen < 0 || r.capLen > b.length - at)
            throw new IllegalArgumentException("the capture ends within a packet");
        limit = at + r.capLen;
        if (headers && Integer.compareUnsigned(r.capLen, r.wireLen) <= 0)
            packet(r, at, at + r.wireLen);
        at = limit;
        return true;
    }
}
