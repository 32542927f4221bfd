using Pool.Server.Verification.Codecs;

namespace Pool.Server.Verification.Containers;

/// <summary>
/// Finds the samples of an MP4 file's video in its media data as it passes. What is in the index and not in the data, or the other way
/// round, is a fault: nobody is paid for pictures that only a table names.
/// </summary>
internal sealed class Mp4Samples
{
    private readonly IMp4SampleReader _reader;
    private readonly List<(long Offset, int Length)> _places;
    private int _next;
    private long _sampleLeft;

    public Mp4Samples(Mp4VideoTrack track)
    {
        var (codec, sets, lengthBytes) = track.Configuration;
        Pictures = PictureCounters.Of(codec);
        Times = new FrameTimes(track.UnitsPerSecond);
        foreach (var time in track.Samples.Times)
        {
            Times.Add(time);
        }

        _places = [.. track.Samples.Places.OrderBy(sample => sample.Offset)];
        Bytes = _places.Sum(sample => (long)sample.Length);
        _reader = lengthBytes > 0 ? new NalSampleReader(Pictures, lengthBytes) : new Vp9SampleReader(Pictures);
        Fault = _places.Exists(sample => sample.Length <= 0) ? "a picture of the MP4 file is empty" : null;
        foreach (var set in sets.Where(set => set.Length > 0))
        {
            Pictures.OnUnit(set.AsSpan(0, Math.Min(set.Length, AnnexBReader.MaxHeadBytes)));
        }
    }

    public IPictureCounter Pictures { get; }

    public FrameTimes Times { get; }

    /// <summary>Length of all samples.</summary>
    public long Bytes { get; }

    /// <summary>What is wrong with the samples, in a sentence; null as long as nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Bytes of the media data that begin at <paramref name="position"/> of the file.</summary>
    public void Append(long position, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty && Fault is null && (_sampleLeft > 0 || _next < _places.Count))
        {
            if (_sampleLeft == 0)
            {
                var (offset, length) = _places[_next];
                if (offset < position)
                {
                    Fault = "pictures of the MP4 file overlap, or lie before its media data";
                    return;
                }

                var skip = (int)Math.Min(offset - position, bytes.Length);
                bytes = bytes[skip..];
                position += skip;
                if (bytes.IsEmpty)
                {
                    return;
                }

                _next++;
                _sampleLeft = length;
                _reader.Begin();
            }

            var part = bytes[..(int)Math.Min(_sampleLeft, bytes.Length)];
            _reader.Append(part);
            bytes = bytes[part.Length..];
            position += part.Length;
            _sampleLeft -= part.Length;
            if (_sampleLeft == 0)
            {
                Fault ??= _reader.End();
            }
        }
    }

    /// <summary>The file has ended.</summary>
    public void Finish()
    {
        _reader.Dispose();
        Fault ??= _sampleLeft > 0 || _next < _places.Count ? "pictures that the index of the MP4 file names are not there"
            : Pictures.Tally.Frames != _places.Count ? $"the index of the MP4 file names {_places.Count} pictures, but {Pictures.Tally.Frames} are there"
            : null;
    }
}
