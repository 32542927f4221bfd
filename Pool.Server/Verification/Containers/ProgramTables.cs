using Pool.Shared.Media;

namespace Pool.Server.Verification.Containers;

/// <summary>
/// The program tables of an MPEG transport stream (ISO 13818-1 §2.4.4): one program with one video that can be counted, from its first
/// packet to its last. Anything else is a fault, because players choose among programs and videos in different ways.
/// </summary>
internal sealed class ProgramTables
{
    private const int ProgramTablePid = 0;
    private const int NullPid = 0x1fff;
    private const int NoPid = -1;

    /// <summary>Packets below are tables of the whole stream, such as the names of its services.</summary>
    private const int FirstProgramPid = 0x20;

    private const int ProgramTableId = 0;
    private const int MapTableId = 2;
    private const byte Stuffing = 0xff;
    private const byte H264StreamType = 0x1b;
    private const byte HevcStreamType = 0x24;

    /// <summary>Stream types of video, of which the two above can be counted (§2.4.4.10, table 2-34).</summary>
    private static readonly byte[] s_videoTypes =
        [0x01, 0x02, 0x10, H264StreamType, 0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, HevcStreamType, 0x25, 0x32, 0x33, 0x42, 0xd1, 0xd2, 0xea];

    /// <summary>Stream types of audio: MPEG-1, MPEG-2, AAC in ADTS and LATM, AC-3, E-AC-3; 6 is private data, such as Opus.</summary>
    private static readonly byte[] s_audioTypes = [0x03, 0x04, 0x0f, 0x11, 0x81, 0x87, 0x06];

    private readonly HashSet<int> _streams = [];
    private int _program = NoPid;
    private int _mapPid = NoPid;
    private int _clockPid = NoPid;
    private byte[]? _map;

    /// <summary>Packet id of the video; negative while it is not known.</summary>
    public int VideoPid { get; private set; } = NoPid;

    /// <summary>Codec of the video; null while it is not known, or when it is one that cannot be counted.</summary>
    public VideoCodec? Codec { get; private set; }

    public bool HasAudio { get; private set; }

    /// <summary>What is wrong with the tables, in a sentence; null as long as nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Whether packets with this id are tables that are read here.</summary>
    public bool IsTable(int pid) => pid == ProgramTablePid || pid == _mapPid;

    /// <summary>Whether packets with this id may be there: tables, stuffing, or a stream of the program.</summary>
    public bool Knows(int pid) => pid < FirstProgramPid || pid == NullPid || pid == _clockPid || _streams.Contains(pid);

    /// <summary>The payload of a packet with which a table begins.</summary>
    public void OnSection(int pid, ReadOnlySpan<byte> payload)
    {
        const int HeaderBytes = 8;
        const int ChecksumBytes = 4;
        const int CurrentFlag = 1;
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

        if (begin > 1 || section[length..].ContainsAnyExcept(Stuffing))
        {
            Fault ??= "a packet holds more than one program table";
            return;
        }

        if ((section[5] & CurrentFlag) == 0)
        {
            return;
        }

        var body = section[HeaderBytes..(length - ChecksumBytes)];
        if (pid == ProgramTablePid && section[0] == ProgramTableId)
        {
            ReadPrograms(body);
        }
        else if (pid == _mapPid && section[0] == MapTableId)
        {
            ReadMap((section[3] << 8) | section[4], body);
        }
    }

    private void ReadPrograms(ReadOnlySpan<byte> body)
    {
        for (; body.Length >= 4; body = body[4..])
        {
            var (program, pid) = ((body[0] << 8) | body[1], ((body[2] & 0x1f) << 8) | body[3]);
            if (program == 0)
            {
                continue;
            }

            if (_program != NoPid && (program, pid) != (_program, _mapPid))
            {
                Fault ??= "it has more than one program";
            }

            (_program, _mapPid) = (program, pid);
        }
    }

    private void ReadMap(int program, ReadOnlySpan<byte> body)
    {
        if (program != _program)
        {
            Fault ??= "it has more than one program";
            return;
        }

        if (_map is not null)
        {
            Fault ??= body.SequenceEqual(_map) ? null : "its program changes";
            return;
        }

        _map = body.ToArray();
        if (body.Length < 4)
        {
            return;
        }

        _clockPid = ((body[0] & 0x1f) << 8) | body[1];
        var skip = 4 + (((body[2] & 0x0f) << 8) | body[3]);
        body = skip <= body.Length ? body[skip..] : [];
        while (body.Length >= 5)
        {
            OnStream(body[0], ((body[1] & 0x1f) << 8) | body[2]);
            var next = 5 + (((body[3] & 0x0f) << 8) | body[4]);
            body = next <= body.Length ? body[next..] : [];
        }
    }

    private void OnStream(byte type, int pid)
    {
        if (!_streams.Add(pid) || IsTable(pid))
        {
            Fault ??= "two of its streams are one";
        }

        HasAudio |= s_audioTypes.AsSpan().Contains(type);
        if (!s_videoTypes.AsSpan().Contains(type))
        {
            return;
        }

        if (VideoPid != NoPid)
        {
            Fault ??= "it has more than one video";
            return;
        }

        VideoPid = pid;
        Codec = type switch
        {
            H264StreamType => VideoCodec.H264,
            HevcStreamType => VideoCodec.Hevc,
            _ => null,
        };
    }
}
