namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>Writes other timestamps into the PES headers of an MPEG-TS, as a broken encoder would.</summary>
internal static class TsTimestamps
{
    private const int PacketBytes = 188;
    private const byte FirstVideoStreamId = 0xE0;
    private const byte FirstAudioStreamId = 0xC0;

    /// <summary>A copy in which the n-th PES of video (or sound) is shown, and decoded, when <paramref name="change"/> says; 90 kHz.</summary>
    internal static byte[] Change(byte[] ts, bool video, Func<int, long, long> change)
    {
        var changed = (byte[])ts.Clone();
        var n = 0;
        for (var at = 0; at + PacketBytes <= changed.Length; at += PacketBytes)
        {
            var packet = changed.AsSpan(at, PacketBytes);
            var payload = 4 + ((packet[3] & 0x20) != 0 ? 1 + packet[4] : 0);
            if ((packet[1] & 0x40) == 0 || payload + 19 > PacketBytes || !packet[payload..].StartsWith(new byte[] { 0, 0, 1 }) ||
                (packet[payload + 3] & 0xE0) != ((video ? FirstVideoStreamId : FirstAudioStreamId) & 0xE0))
            {
                continue;
            }

            var flags = packet[payload + 7] >> 6;
            if (flags >= 2)
            {
                Move(packet.Slice(payload + 9, 5), n, change);
            }

            if (flags == 3)
            {
                Move(packet.Slice(payload + 14, 5), n, change);
            }

            n++;
        }

        return changed;
    }

    private static void Move(Span<byte> field, int n, Func<int, long, long> change)
    {
        var time = ((long)(field[0] >> 1 & 7) << 30) | ((long)field[1] << 22) | ((long)(field[2] >> 1) << 15) | ((long)field[3] << 7) | ((long)field[4] >> 1);
        time = change(n, time) & 0x1_FFFF_FFFF;
        field[0] = (byte)((field[0] & 0xF1) | (int)(time >> 30 & 7) << 1);
        field[1] = (byte)(time >> 22);
        field[2] = (byte)((time >> 15 << 1 & 0xFE) | 1);
        field[3] = (byte)(time >> 7);
        field[4] = (byte)((time << 1 & 0xFE) | 1);
    }
}
