using Pool.Shared.Media;

namespace Pool.Server.Verification.Codecs;

/// <summary>
/// Counts the pictures of an H.264 stream by their slice headers, each with the cropped size of the parameter set it uses. A frame is
/// what a decoder puts out: one frame, or two fields that belong together.
/// </summary>
internal sealed class H264PictureCounter : IPictureCounter
{
    private const int SliceType = 1;
    private const int IdrSliceType = 5;
    private const int PartitionAType = 2;
    private const int SequenceType = 7;
    private const int PictureType = 8;
    private const int DelimiterType = 9;

    private readonly Dictionary<int, H264SequenceSet> _sequences = [];
    private readonly Dictionary<int, H264PictureSet> _pictures = [];
    private H264SliceHeader? _last;
    private H264SliceHeader? _firstField;

    public VideoCodec Codec => VideoCodec.H264;

    public PictureTally Tally { get; } = new();

    public void BeginPicture() => _last = null;

    public void OnUnit(ReadOnlySpan<byte> head)
    {
        var (type, reference) = (head[0] & 0x1f, (head[0] >> 5) & 3);
        var payload = head[1..];
        switch (type)
        {
            case SequenceType when H264SequenceSet.Parse(payload) is { } set:
                _sequences[set.Id] = set;
                break;
            case PictureType when H264PictureSet.Parse(payload) is { } set:
                _pictures[set.Id] = set;
                break;
            case DelimiterType:
                BeginPicture();
                break;
            case SliceType or IdrSliceType or PartitionAType:
                OnSlice(H264SliceHeader.Parse(payload, reference, type == IdrSliceType, _pictures, _sequences));
                break;
        }
    }

    private void OnSlice(H264SliceHeader? parsed)
    {
        if (parsed is not { } slice)
        {
            Tally.CountUndecodable();
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
        var sequence = _sequences[_pictures[slice.PictureSetId].SequenceId];
        Tally.CountShown(sequence.Width, sequence.Height, slice.IsIdr);
    }
}
