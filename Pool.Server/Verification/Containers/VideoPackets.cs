namespace Pool.Server.Verification.Containers;

/// <summary>The packets of a transport stream's video: what they carry, without gaps, and the times at which its pictures are shown.</summary>
internal sealed class VideoPackets(FrameTimes times, VideoPackets.PayloadHandler onVideo)
{
    /// <summary>Called with bytes of the video's elementary stream, in order.</summary>
    public delegate void PayloadHandler(ReadOnlySpan<byte> payload);

    /// <summary>Units of a second in a presentation time stamp (ISO 13818-1 §2.4.3.7).</summary>
    public const int UnitsPerSecond = 90_000;

    private const int TimeBits = 33;

    private int _continuity = -1;
    private bool _inPes;
    private long? _time;

    /// <summary>Bytes of the elementary stream so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>What is wrong with the packets, in a sentence; null as long as nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>A packet and what of it is payload.</summary>
    public void OnPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> payload)
    {
        const int ErrorFlag = 0x80;
        const int StartFlag = 0x40;
        const int ScramblingMask = 0xc0;
        if ((packet[1] & ErrorFlag) != 0 || (packet[3] & ScramblingMask) != 0)
        {
            Fault ??= "a packet of its video is marked as damaged or scrambled";
            return;
        }

        if (payload.IsEmpty)
        {
            return;
        }

        var counter = packet[3] & 0xf;
        if (_continuity >= 0 && counter != ((_continuity + 1) & 0xf))
        {
            // Repeating a packet is legal (§2.4.3.3), but some players take both.
            Fault ??= _continuity == counter ? "packets of its video are repeated" : "packets of its video are missing";
            return;
        }

        _continuity = counter;
        if ((packet[1] & StartFlag) != 0)
        {
            payload = AfterPesHeader(payload);
        }

        if (_inPes && !payload.IsEmpty)
        {
            Bytes += payload.Length;
            onVideo(payload);
        }
    }

    private ReadOnlySpan<byte> AfterPesHeader(ReadOnlySpan<byte> payload)
    {
        const int FixedBytes = 9;
        const int TimeFlag = 0x80;
        const int TimeBytes = 5;
        var isPes = payload.Length >= FixedBytes && payload[0] == 0 && payload[1] == 0 && payload[2] == 1 && (payload[3] & 0xf0) == 0xe0;
        var start = isPes ? FixedBytes + payload[8] : int.MaxValue;
        if (start > payload.Length)
        {
            Fault ??= "a packet of its video has no readable PES header";
            return [];
        }

        _inPes = true;
        if ((payload[7] & TimeFlag) != 0 && payload[8] >= TimeBytes)
        {
            OnTime(ReadTime(payload[FixedBytes..]));
        }

        return payload[start..];
    }

    /// <summary>The clock begins anew after 26 hours: each time is the one nearest to the one before.</summary>
    private void OnTime(long time)
    {
        const long Round = 1L << TimeBits;
        if (_time is { } previous)
        {
            var step = (time - previous) & (Round - 1);
            time = previous + (step < Round / 2 ? step : step - Round);
        }

        _time = time;
        times.Add(time);
    }

    private static long ReadTime(ReadOnlySpan<byte> field) =>
        ((long)(field[0] & 0x0e) << 29) | ((long)field[1] << 22) | ((long)(field[2] & 0xfe) << 14) | ((long)field[3] << 7) | (long)(field[4] >> 1);
}
