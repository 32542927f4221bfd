using Pool.Server.Verification.Codecs;
using Pool.Shared.Media;

namespace Pool.Server.Verification.Containers;

/// <summary>
/// Reads an MPEG transport stream (ISO 13818-1) strictly: one program with one video. A rendition is made by one muxer in one go, so lost
/// sync, a gap or a stranger's packets are not passed over but named.
/// </summary>
internal sealed class TransportStreamReader : IContainerReader
{
    private const int PacketBytes = 188;
    private const byte SyncByte = 0x47;

    private readonly byte[] _part = new byte[PacketBytes];
    private readonly ProgramTables _tables = new();
    private readonly VideoPackets _packets;
    private AnnexBReader? _units;
    private int _partLength;
    private string? _fault;

    public TransportStreamReader() => _packets = new VideoPackets(Times, bytes => _units?.Append(bytes));

    public Container Container => Container.MpegTs;

    public IPictureCounter? Pictures { get; private set; }

    public FrameTimes Times { get; } = new(VideoPackets.UnitsPerSecond);

    public bool HasAudio => _tables.HasAudio;

    public long VideoBytes => _packets.Bytes;

    public string? Fault => _fault ?? _tables.Fault ?? _packets.Fault;

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
            _fault ??= "the transport stream ends in the middle of a packet";
        }

        _units?.Finish();
    }

    private void OnPacket(ReadOnlySpan<byte> packet)
    {
        const int StartFlag = 0x40;
        if (packet[0] != SyncByte)
        {
            _fault ??= "it is no MPEG transport stream: a packet does not begin with the sync byte";
            return;
        }

        var pid = ((packet[1] & 0x1f) << 8) | packet[2];
        if (_tables.IsTable(pid))
        {
            if ((packet[1] & StartFlag) != 0 && Payload(packet) is { IsEmpty: false } section)
            {
                _tables.OnSection(pid, section);
                BeginVideo();
            }
        }
        else if (pid == _tables.VideoPid)
        {
            _packets.OnPacket(packet, Payload(packet));
        }
        else if (!_tables.Knows(pid))
        {
            _fault ??= "it has packets of a stream that its program does not name";
        }
    }

    private void BeginVideo()
    {
        if (Pictures is null && _tables.Codec is { } codec)
        {
            Pictures = PictureCounters.Of(codec);
            _units = new AnnexBReader(Pictures.OnUnit);
        }
    }

    private static ReadOnlySpan<byte> Payload(ReadOnlySpan<byte> packet)
    {
        const int PayloadFlag = 1;
        const int AdaptationFlag = 2;
        var control = (packet[3] >> 4) & 3;
        if ((control & PayloadFlag) == 0)
        {
            return [];
        }

        var start = 4 + ((control & AdaptationFlag) != 0 ? 1 + packet[4] : 0);
        return start < PacketBytes ? packet[start..] : [];
    }
}
