namespace Pool.Server.Verification;

/// <summary>
/// Reads an MPEG transport stream (ISO 13818-1) strictly: it finds the first program's H.264 stream and hands out its bytes. A
/// rendition is made by one muxer in one go, so lost sync or a gap is not repaired but named.
/// </summary>
internal sealed class TransportStreamReader(TransportStreamReader.PayloadHandler onVideo)
{
    /// <summary>Called with bytes of the video's elementary stream, in order.</summary>
    public delegate void PayloadHandler(ReadOnlySpan<byte> payload);

    private const int PacketBytes = 188;
    private const byte SyncByte = 0x47;
    private const int ProgramTablePid = 0;
    private const int NoPid = -1;
    private const byte H264StreamType = 0x1b;

    /// <summary>Stream types of audio: MPEG-1, MPEG-2, AAC in ADTS and LATM, AC-3, E-AC-3; 6 is private data, such as Opus.</summary>
    private static readonly byte[] s_audioTypes = [0x03, 0x04, 0x0f, 0x11, 0x81, 0x87, 0x06];

    private readonly byte[] _part = new byte[PacketBytes];
    private int _partLength;
    private int _mapPid = NoPid;
    private int _videoPid = NoPid;
    private int _continuity = -1;
    private bool _inPes;

    public bool HasVideo => _videoPid != NoPid;

    public bool HasAudio { get; private set; }

    /// <summary>What is wrong with the stream, in a sentence; null as long as it is right.</summary>
    public string? Fault { get; private set; }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_partLength > 0)
        {
            var missing = Math.Min(PacketBytes - _partLength, bytes.Length);
            bytes[..missing].CopyTo(_part.AsSpan(_partLength));
            _partLength += missing;
            bytes = bytes[missing..];
            if (_partLength < PacketBytes)
            {
                return;
            }

            _partLength = 0;
            OnPacket(_part);
        }

        while (bytes.Length >= PacketBytes && Fault is null)
        {
            OnPacket(bytes[..PacketBytes]);
            bytes = bytes[PacketBytes..];
        }

        if (Fault is null)
        {
            bytes.CopyTo(_part);
            _partLength = bytes.Length;
        }
    }

    public void Finish()
    {
        if (_partLength > 0)
        {
            Fault ??= "the transport stream ends in the middle of a packet";
        }
    }

    private void OnPacket(ReadOnlySpan<byte> packet)
    {
        if (packet[0] != SyncByte)
        {
            Fault ??= "it is no MPEG transport stream: a packet does not begin with the sync byte";
            return;
        }

        var pid = ((packet[1] & 0x1f) << 8) | packet[2];
        var starts = (packet[1] & 0x40) != 0;
        if (pid == ProgramTablePid || pid == _mapPid)
        {
            if (starts && Payload(packet) is { IsEmpty: false } section)
            {
                OnSection(section, isMap: pid == _mapPid);
            }
        }
        else if (pid == _videoPid)
        {
            OnVideoPacket(packet, starts);
        }
    }

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> packet)
    {
        var control = (packet[3] >> 4) & 3;
        if ((control & 1) == 0)
        {
            return [];
        }

        var start = 4 + ((control & 2) != 0 ? 1 + packet[4] : 0);
        return start < PacketBytes ? packet[start..] : [];
    }

    private void OnVideoPacket(ReadOnlySpan<byte> packet, bool starts)
    {
        var payload = Payload(packet);
        if (payload.IsEmpty)
        {
            return;
        }

        if (!Continues(packet[3] & 0xf))
        {
            return;
        }

        if (starts)
        {
            payload = AfterPesHeader(payload);
        }

        if (_inPes)
        {
            onVideo(payload);
        }
    }

    /// <summary>Whether this packet is the next one; a repeated one is legal and is dropped (§2.4.3.3).</summary>
    private bool Continues(int counter)
    {
        if (_continuity == counter)
        {
            return false;
        }

        if (_continuity >= 0 && counter != ((_continuity + 1) & 0xf))
        {
            Fault ??= "packets of its video are missing";
        }

        _continuity = counter;
        return true;
    }

    private ReadOnlySpan<byte> AfterPesHeader(ReadOnlySpan<byte> payload)
    {
        const int FixedBytes = 9;
        var isPes = payload.Length >= FixedBytes && payload[0] == 0 && payload[1] == 0 && payload[2] == 1 && (payload[3] & 0xf0) == 0xe0;
        var start = isPes ? FixedBytes + payload[8] : int.MaxValue;
        if (start > payload.Length)
        {
            Fault ??= "a packet of its video has no readable PES header";
            return [];
        }

        _inPes = true;
        return payload[start..];
    }

    private void OnSection(ReadOnlySpan<byte> payload, bool isMap)
    {
        const int HeaderBytes = 8;
        const int ChecksumBytes = 4;
        var begin = 1 + payload[0];
        if (payload.Length < begin + HeaderBytes)
        {
            Fault ??= "a program table is cut off";
            return;
        }

        var section = payload[begin..];
        var length = 3 + (((section[1] & 0x0f) << 8) | section[2]);
        if (length > section.Length || length < HeaderBytes + ChecksumBytes || Crc32Mpeg.Compute(section[..length]) != 0)
        {
            Fault ??= "a program table is longer than a packet or damaged";
            return;
        }

        var body = section[HeaderBytes..(length - ChecksumBytes)];
        if (isMap)
        {
            ReadMap(body);
        }
        else
        {
            ReadPrograms(body);
        }
    }

    private void ReadPrograms(ReadOnlySpan<byte> body)
    {
        for (; body.Length >= 4; body = body[4..])
        {
            var program = (body[0] << 8) | body[1];
            if (program != 0)
            {
                _mapPid = ((body[2] & 0x1f) << 8) | body[3];
                return;
            }
        }
    }

    private void ReadMap(ReadOnlySpan<byte> body)
    {
        if (body.Length < 4)
        {
            return;
        }

        var skip = 4 + (((body[2] & 0x0f) << 8) | body[3]);
        body = skip <= body.Length ? body[skip..] : [];
        while (body.Length >= 5)
        {
            var type = body[0];
            if (type == H264StreamType && _videoPid == NoPid)
            {
                _videoPid = ((body[1] & 0x1f) << 8) | body[2];
            }

            HasAudio |= s_audioTypes.AsSpan().Contains(type);
            var next = 5 + (((body[3] & 0x0f) << 8) | body[4]);
            body = next <= body.Length ? body[next..] : [];
        }
    }
}
