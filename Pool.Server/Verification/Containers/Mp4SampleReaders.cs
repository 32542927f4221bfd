using System.Buffers;
using Pool.Server.Verification.Codecs;

namespace Pool.Server.Verification.Containers;

/// <summary>Takes one sample of an MP4 file's video apart, as its bytes come, and lets its pictures be counted.</summary>
internal interface IMp4SampleReader : IDisposable
{
    /// <summary>A sample begins.</summary>
    void Begin();

    /// <summary>The next bytes of the sample.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The sample has ended. Returns what is wrong with it, in a sentence; null when nothing is.</summary>
    string? End();
}

/// <summary>Samples of NAL units, each with its length in front (ISO 14496-15), of which only the first bytes are kept.</summary>
internal sealed class NalSampleReader(IPictureCounter pictures, int lengthBytes) : IMp4SampleReader
{
    private readonly byte[] _head = new byte[AnnexBReader.MaxHeadBytes];
    private int _headLength;
    private long _nalLeft;
    private int _lengthLeft;

    public void Begin()
    {
        (_lengthLeft, _nalLeft, _headLength) = (lengthBytes, 0, 0);
        pictures.BeginPicture();
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_lengthLeft > 0)
            {
                _nalLeft = (_nalLeft << 8) | bytes[0];
                _lengthLeft--;
                bytes = bytes[1..];
                continue;
            }

            var part = bytes[..(int)Math.Min(_nalLeft, bytes.Length)];
            var kept = part[..Math.Min(part.Length, AnnexBReader.MaxHeadBytes - _headLength)];
            kept.CopyTo(_head.AsSpan(_headLength));
            _headLength += kept.Length;
            _nalLeft -= part.Length;
            bytes = bytes[part.Length..];
            if (_nalLeft == 0)
            {
                EndNal();
            }
        }
    }

    public string? End() => _nalLeft > 0 || _lengthLeft < lengthBytes ? "a picture of the MP4 file ends in the middle of a NAL unit" : null;

    public void Dispose()
    {
    }

    private void EndNal()
    {
        if (_headLength > 0)
        {
            pictures.OnUnit(_head.AsSpan(0, _headLength));
        }

        (_headLength, _lengthLeft, _nalLeft) = (0, lengthBytes, 0);
    }
}

/// <summary>
/// Samples of VP9: a frame, or a superframe (VP9 specification, annex B) whose index is at its end, so that it is held until it is whole.
/// Each sample shows one picture.
/// </summary>
internal sealed class Vp9SampleReader(IPictureCounter pictures) : IMp4SampleReader
{
    /// <summary>Longest sample that is held: more than a key frame of 4096×4096 takes at the best quality of 4:2:0 with 8 bits.</summary>
    private const int MaxSampleBytes = 32 * 1024 * 1024;

    private const int FirstBufferBytes = 64 * 1024;

    private byte[] _sample = [];
    private int _length;
    private bool _isTooLong;

    public void Begin() => (_length, _isTooLong) = (0, false);

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _isTooLong |= bytes.Length > MaxSampleBytes - _length;
        if (_isTooLong)
        {
            return;
        }

        if (_length + bytes.Length > _sample.Length)
        {
            // Grows with what has come, never with what is only announced.
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstBufferBytes, (_length + bytes.Length) * 2));
            _sample.AsSpan(0, _length).CopyTo(larger);
            Dispose();
            _sample = larger;
        }

        bytes.CopyTo(_sample.AsSpan(_length));
        _length += bytes.Length;
    }

    public string? End()
    {
        if (_isTooLong)
        {
            return $"a picture of the MP4 file is longer than {MaxSampleBytes} bytes";
        }

        var before = pictures.Tally.Frames;
        pictures.BeginPicture();
        return !Vp9Superframe.TryRead(_sample.AsSpan(0, _length), pictures.OnUnit) ? "a superframe of the MP4 file is damaged"
            : pictures.Tally.Frames - before != 1 ? "a sample of the MP4 file does not show one picture"
            : null;
    }

    public void Dispose()
    {
        if (_sample.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_sample);
        }

        _sample = [];
    }
}
