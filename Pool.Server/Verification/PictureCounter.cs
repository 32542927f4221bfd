namespace Pool.Server.Verification;

/// <summary>
/// Counts the pictures of an H.264 stream by their slice headers, each with the cropped size of the parameter set it uses. A frame is
/// what a decoder puts out: one frame, or two fields that belong together.
/// </summary>
internal sealed class PictureCounter
{
    private const int SliceType = 1;
    private const int IdrSliceType = 5;
    private const int PartitionAType = 2;
    private const int SequenceType = 7;
    private const int PictureType = 8;
    private const int DelimiterType = 9;

    private readonly Dictionary<int, SequenceParameterSet> _sequences = [];
    private readonly Dictionary<int, PictureParameterSet> _pictures = [];
    private SliceHeader? _last;
    private SliceHeader? _firstField;

    public long Frames { get; private set; }

    public long Pixels { get; private set; }

    /// <summary>Size of the first picture.</summary>
    public (int Width, int Height) Size { get; private set; }

    public bool StartsWithKeyFrame { get; private set; }

    /// <summary>Pictures whose parameter sets never came; they cannot be counted.</summary>
    public long Undecodable { get; private set; }

    public void OnNal(ReadOnlySpan<byte> head)
    {
        var (type, reference) = (head[0] & 0x1f, (head[0] >> 5) & 3);
        var payload = head[1..];
        switch (type)
        {
            case SequenceType when SequenceParameterSet.Parse(payload) is { } set:
                _sequences[set.Id] = set;
                break;
            case PictureType when PictureParameterSet.Parse(payload) is { } set:
                _pictures[set.Id] = set;
                break;
            case DelimiterType:
                _last = null;
                break;
            case SliceType or IdrSliceType or PartitionAType:
                OnSlice(SliceHeader.Parse(payload, reference, type == IdrSliceType, _pictures, _sequences));
                break;
        }
    }

    private void OnSlice(SliceHeader? parsed)
    {
        if (parsed is not { } slice)
        {
            Undecodable++;
            return;
        }

        var isNew = _last is not { } last || slice.StartsPictureAfter(last);
        _last = slice;
        if (!isNew)
        {
            return;
        }

        if (_firstField is { } first && slice.IsSecondFieldOf(first))
        {
            _firstField = null;
            return;
        }

        _firstField = slice.IsField ? slice : null;
        CountFrame(slice);
    }

    private void CountFrame(SliceHeader slice)
    {
        var sequence = _sequences[_pictures[slice.PictureSetId].SequenceId];
        if (Frames == 0)
        {
            Size = (sequence.Width, sequence.Height);
            StartsWithKeyFrame = slice.IsIdr;
        }

        Frames++;
        Pixels += (long)sequence.Width * sequence.Height;
    }
}
