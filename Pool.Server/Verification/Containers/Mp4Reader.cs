using System.Buffers;
using System.Buffers.Binary;
using Pool.Server.Verification.Codecs;
using Pool.Shared.Media;

namespace Pool.Server.Verification.Containers;

/// <summary>
/// Reads an MP4 file (ISO 14496-12) while it streams by: its index must come before its pictures, as a worker's muxer writes it
/// (protocol §7.6, faststart), so that the pictures can be found in the media data as it passes.
/// </summary>
internal sealed class Mp4Reader : IContainerReader
{
    /// <summary>Longest index that is read: five minutes at 60 frames a second with sound take less than 2 MB.</summary>
    private const int MaxIndexBytes = 16 * 1024 * 1024;

    private const int ShortHeaderBytes = 8;
    private const int LongHeaderBytes = 16;
    private const uint IndexType = 0x6d6f6f76;      // moov
    private const uint DataType = 0x6d646174;       // mdat
    private const uint FragmentType = 0x6d6f6f66;   // moof

    private readonly byte[] _header = new byte[LongHeaderBytes];
    private int _headerLength;
    private ArrayBufferWriter<byte>? _index;
    private uint _type;
    private long _left;
    private long _position;
    private bool _hasIndex;
    private Mp4Samples? _samples;

    public Container Container => Container.Mp4;

    public IPictureCounter? Pictures => _samples?.Pictures;

    public FrameTimes Times => _samples?.Times ?? new FrameTimes(1);

    public bool HasAudio { get; private set; }

    public long VideoBytes => _samples?.Bytes ?? 0;

    public string? Fault { get; private set; }

    /// <summary>Whether a file that begins so can be an MP4.</summary>
    public static bool IsBegunBy(ReadOnlySpan<byte> bytes) => bytes.Length >= ShortHeaderBytes && bytes[4..ShortHeaderBytes].SequenceEqual("ftyp"u8);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Fault is null)
        {
            bytes = _left > 0 ? TakeBody(bytes) : TakeHeader(bytes);
        }
    }

    public void Finish()
    {
        if (_left > 0 || _headerLength > 0)
        {
            Fault ??= "the MP4 file ends in the middle of a box";
        }

        if (!_hasIndex)
        {
            Fault ??= "the MP4 file has no index";
        }

        _samples?.Finish();
        Fault ??= _samples?.Fault;
    }

    private ReadOnlySpan<byte> TakeHeader(ReadOnlySpan<byte> bytes)
    {
        var wanted = _headerLength >= ShortHeaderBytes ? LongHeaderBytes : ShortHeaderBytes;
        var count = Math.Min(wanted - _headerLength, bytes.Length);
        bytes[..count].CopyTo(_header.AsSpan(_headerLength));
        (_headerLength, _position) = (_headerLength + count, _position + count);
        if (_headerLength == wanted)
        {
            OnHeader(wanted);
        }

        return bytes[count..];
    }

    private void OnHeader(int length)
    {
        var size = BinaryPrimitives.ReadUInt32BigEndian(_header);
        _type = BinaryPrimitives.ReadUInt32BigEndian(_header.AsSpan(4));
        if (size == 1 && length == ShortHeaderBytes)
        {
            return;   // the size follows in 64 bits
        }

        _headerLength = 0;
        var body = (size == 1 ? BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(ShortHeaderBytes)) : size) - (ulong)length;
        if (body > long.MaxValue / 2)
        {
            Fault ??= "a box of the MP4 file is shorter than its header, or has no end";
            return;
        }

        _left = (long)body;
        OnBox();
    }

    private void OnBox()
    {
        switch (_type)
        {
            case IndexType when _hasIndex:
                Fault ??= "the MP4 file has two indices";
                break;
            case IndexType when _left is 0 or > MaxIndexBytes:
                Fault ??= $"the index of the MP4 file is empty or longer than {MaxIndexBytes} bytes";
                break;
            case IndexType:
                _index = new ArrayBufferWriter<byte>();   // grows with what comes, not with what is announced
                break;
            case DataType when !_hasIndex:
                Fault ??= "the index of the MP4 file comes after its pictures";
                break;
            case FragmentType:
                Fault ??= "the MP4 file is in fragments";
                break;
        }
    }

    private ReadOnlySpan<byte> TakeBody(ReadOnlySpan<byte> bytes)
    {
        var part = bytes[..(int)Math.Min(_left, bytes.Length)];
        _index?.Write(part);

        if (_type == DataType)
        {
            _samples?.Append(_position, part);
        }

        (_left, _position) = (_left - part.Length, _position + part.Length);
        if (_left == 0 && _index is { } index)
        {
            _index = null;
            _hasIndex = true;
            var read = Mp4Index.Read(index.WrittenSpan);
            HasAudio = read.HasAudio;
            Fault ??= read.Fault;
            _samples = read.Video is { } video ? new Mp4Samples(video) : null;
        }

        return bytes[part.Length..];
    }
}
