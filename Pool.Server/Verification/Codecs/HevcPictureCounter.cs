using Pool.Shared.Media;

namespace Pool.Server.Verification.Codecs;

/// <summary>
/// Counts the pictures of an HEVC stream by the first slice segment of each, with the size of the conformance window of the parameter set
/// it uses. Not shown are pictures that say so, and leading pictures (RASL) of the picture a decoder starts with (H.265 §8.3.1).
/// </summary>
internal sealed class HevcPictureCounter : IPictureCounter
{
    private readonly Dictionary<int, HevcSequenceSet> _sequences = [];
    private readonly Dictionary<int, HevcPictureSet> _pictures = [];
    private readonly HashSet<int> _orders = [];
    private bool _isInPicture;
    private bool _beginsSequence = true;
    private bool _skipsLeading = true;
    private (int Msb, int Lsb) _anchor;

    public VideoCodec Codec => VideoCodec.Hevc;

    public PictureTally Tally { get; } = new();

    public void BeginPicture() => _isInPicture = false;

    public void OnUnit(ReadOnlySpan<byte> head)
    {
        if (HevcNal.Read(head) is not { Layer: 0 } nal)
        {
            return;
        }

        var payload = head[HevcNal.HeaderBytes..];
        switch (nal.Type)
        {
            case HevcNal.SequenceSet when HevcSequenceSet.Parse(payload) is { } set:
                _sequences[set.Id] = set;
                break;
            case HevcNal.PictureSet when HevcPictureSet.Parse(payload) is { } set:
                _pictures[set.Id] = set;
                break;
            case HevcNal.Delimiter:
                BeginPicture();
                break;
            case HevcNal.EndOfSequence or HevcNal.EndOfStream:
                _beginsSequence = true;
                break;
            default:
                if (nal.IsSlice)
                {
                    OnSlice(nal, payload);
                }

                break;
        }
    }

    private void OnSlice(HevcNal nal, ReadOnlySpan<byte> payload)
    {
        if (!HevcSliceHeader.IsFirst(payload))
        {
            if (!_isInPicture)
            {
                Tally.SetFault("it has slices of pictures whose beginning is missing");
            }

            return;
        }

        _isInPicture = true;
        if (HevcSliceHeader.Parse(payload, nal, _pictures, _sequences) is not { } slice)
        {
            Tally.CountUndecodable();
            return;
        }

        var begins = nal.AlwaysBegins || (nal.IsIrap && _beginsSequence);
        if (nal.IsIrap)
        {
            (_skipsLeading, _beginsSequence) = (begins, false);
        }

        if (begins && slice.DropsEarlierPictures && Tally.Frames > 0)
        {
            Tally.SetFault("it has a picture that throws away earlier ones before they are shown");
        }

        CheckOrder(nal, slice, begins);
        if (slice.IsOutput && !(nal.IsRasl && _skipsLeading))
        {
            Tally.CountShown(slice.Sequence.Width, slice.Sequence.Height, nal.IsIdr);
        }
        else
        {
            Tally.CountSkipped(nal.IsIdr);
        }
    }

    /// <summary>
    /// A place in the order of output is taken once in a coded video sequence (§8.3.1): of a picture that is sent again a decoder puts out
    /// one, so that counting both would be wrong.
    /// </summary>
    private void CheckOrder(HevcNal nal, HevcSliceHeader slice, bool begins)
    {
        if (begins || _orders.Count >= PictureTally.MaxPictures)
        {
            _orders.Clear();
        }

        var range = 1 << slice.Sequence.PicOrderLsbBits;
        var msb = begins ? 0
            : slice.PicOrderLsb < _anchor.Lsb && _anchor.Lsb - slice.PicOrderLsb >= range / 2 ? unchecked(_anchor.Msb + range)
            : slice.PicOrderLsb > _anchor.Lsb && slice.PicOrderLsb - _anchor.Lsb > range / 2 ? unchecked(_anchor.Msb - range)
            : _anchor.Msb;
        if (nal.IsOrderAnchor)
        {
            _anchor = (msb, slice.PicOrderLsb);
        }

        if (!_orders.Add(unchecked(msb + slice.PicOrderLsb)))
        {
            Tally.SetFault("one of its pictures is there twice");
        }
    }
}
