using Pool.Shared.Media;

namespace Pool.Server.Verification.Codecs;

/// <summary>
/// Counts the frames of a VP9 stream that are shown, each with its decoded size. Frames that are only referred to (alt-ref) are followed,
/// because later ones may take their size or show them.
/// </summary>
internal sealed class Vp9PictureCounter : IPictureCounter
{
    private readonly Vp9Size?[] _slots = new Vp9Size?[Vp9FrameHeader.Slots];

    public VideoCodec Codec => VideoCodec.Vp9;

    public PictureTally Tally { get; } = new();

    /// <summary>Every VP9 frame says of itself whether it is shown: the container has nothing to add.</summary>
    public void BeginPicture()
    {
    }

    public void OnUnit(ReadOnlySpan<byte> head)
    {
        if (Vp9FrameHeader.Parse(head, _slots) is not { } frame)
        {
            Tally.SetFault("it has frames that cannot be decoded, or refer to frames that are not there");
            return;
        }

        for (var slot = 0; slot < Vp9FrameHeader.Slots; slot++)
        {
            if (((frame.Refreshed >> slot) & 1) != 0)
            {
                _slots[slot] = frame.Size;
            }
        }

        if (frame.IsShown)
        {
            Tally.CountShown(frame.Size.Width, frame.Size.Height, frame.IsKeyFrame);
        }
    }
}
