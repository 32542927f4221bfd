namespace Pool.Server.Verification;

/// <summary>
/// Takes the pictures out of an MP4 file's media data as it passes and hands the beginning of each of their NAL units on. What is in the
/// index and not in the data, or the other way round, is a fault: nobody is paid for pictures that only a table names.
/// </summary>
internal sealed class Mp4Samples(PictureCounter pictures)
{
    /// <summary>Bytes kept of one NAL unit; headers are all that counting needs.</summary>
    private const int MaxHeadBytes = 1024;

    /// <summary>An access unit delimiter: a sample is one picture, whatever came before.</summary>
    private static readonly byte[] s_delimiter = [9];

    private readonly byte[] _head = new byte[MaxHeadBytes];
    private IReadOnlyList<(long Offset, int Length)> _samples = [];
    private int _lengthBytes;
    private int _next;
    private long _sampleLeft;
    private long _nalLeft;
    private int _headLength;
    private int _lengthLeft;
    private string? _fault;

    public bool HasVideo { get; private set; }

    /// <summary>The index has been read. Returns what is wrong with it.</summary>
    public string? Begin(Mp4VideoTrack? track)
    {
        if (track is null)
        {
            return null;
        }

        HasVideo = true;
        _samples = [.. track.Samples.OrderBy(sample => sample.Offset)];
        _lengthBytes = track.LengthBytes;
        foreach (var set in track.ParameterSets.Where(set => set.Length > 0))
        {
            pictures.OnNal(set.AsSpan(0, Math.Min(set.Length, MaxHeadBytes)));
        }

        return _samples.Any(sample => sample.Length <= 0) ? "a picture of the MP4 file is empty" : null;
    }

    /// <summary>Bytes of the media data that begin at <paramref name="position"/> of the file.</summary>
    public void Append(long position, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && _fault is null && (_sampleLeft > 0 || _next < _samples.Count))
        {
            if (_sampleLeft == 0)
            {
                var (offset, length) = _samples[_next];
                if (offset < position)
                {
                    _fault = "pictures of the MP4 file overlap, or lie before its media data";
                    return;
                }

                var skip = (int)Math.Min(offset - position, bytes.Length);
                bytes = bytes[skip..];
                position += skip;
                if (position < offset)
                {
                    return;
                }

                BeginSample(length);
            }

            var part = bytes[..(int)Math.Min(_sampleLeft, bytes.Length)];
            TakeSample(part);
            bytes = bytes[part.Length..];
            position += part.Length;
        }
    }

    /// <summary>The file has ended. Returns what was wrong with it.</summary>
    public string? Finish() =>
        _fault ?? (_sampleLeft > 0 || _next < _samples.Count ? "pictures that the index of the MP4 file names are not there"
        : HasVideo && pictures.Frames != _samples.Count ? $"the index of the MP4 file names {_samples.Count} pictures, but {pictures.Frames} are there"
        : null);

    private void BeginSample(int length)
    {
        _next++;
        (_sampleLeft, _lengthLeft, _nalLeft, _headLength) = (length, _lengthBytes, 0, 0);
        pictures.OnNal(s_delimiter);
    }

    private void TakeSample(ReadOnlySpan<byte> bytes)
    {
        _sampleLeft -= bytes.Length;
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
            var kept = part[..Math.Min(part.Length, MaxHeadBytes - _headLength)];
            kept.CopyTo(_head.AsSpan(_headLength));
            _headLength += kept.Length;
            _nalLeft -= part.Length;
            bytes = bytes[part.Length..];
            if (_nalLeft == 0)
            {
                EndNal();
            }
        }

        if (_sampleLeft == 0 && (_nalLeft > 0 || _lengthLeft is > 0 and var left && left < _lengthBytes))
        {
            _fault = "a picture of the MP4 file ends in the middle of a NAL unit";
        }
    }

    private void EndNal()
    {
        if (_headLength > 0)
        {
            pictures.OnNal(_head.AsSpan(0, _headLength));
        }

        (_headLength, _lengthLeft, _nalLeft) = (0, _lengthBytes, 0);
    }
}
