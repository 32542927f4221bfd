namespace Pool.Server.Verification.Codecs;

/// <summary>Several VP9 frames in one packet with an index at its end (VP9 specification, annex B): hidden ones and the one that is shown.</summary>
internal static class Vp9Superframe
{
    /// <summary>Called with each frame's bytes.</summary>
    public delegate void FrameHandler(ReadOnlySpan<byte> frame);

    private const int MarkerMask = 0xe0;
    private const int Marker = 0xc0;

    /// <summary>Hands out the frames of a packet in their order; false when its index says more than there is.</summary>
    public static bool TryRead(ReadOnlySpan<byte> packet, FrameHandler onFrame)
    {
        if (packet.IsEmpty)
        {
            return false;
        }

        var marker = packet[^1];
        var (frames, lengthBytes) = ((marker & 7) + 1, ((marker >> 3) & 3) + 1);
        var indexBytes = 2 + (frames * lengthBytes);
        if ((marker & MarkerMask) != Marker || packet.Length < indexBytes || packet[^indexBytes] != marker)
        {
            onFrame(packet);
            return true;
        }

        var lengths = packet[^(indexBytes - 1)..^1];
        var rest = packet[..^indexBytes];
        for (; !lengths.IsEmpty; lengths = lengths[lengthBytes..])
        {
            var length = ReadLength(lengths[..lengthBytes]);
            if (length == 0 || length > rest.Length)
            {
                return false;
            }

            onFrame(rest[..(int)length]);
            rest = rest[(int)length..];
        }

        return rest.IsEmpty;
    }

    private static long ReadLength(ReadOnlySpan<byte> littleEndian)
    {
        var length = 0L;
        for (var place = littleEndian.Length - 1; place >= 0; place--)
        {
            length = (length << 8) | littleEndian[place];
        }

        return length;
    }
}
