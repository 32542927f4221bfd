namespace Pool.Server.Verification.Codecs;

/// <summary>Size of a decoded VP9 frame in pixels.</summary>
internal readonly record struct Vp9Size(int Width, int Height);

/// <summary>The first fields of a VP9 frame's uncompressed header (VP9 bitstream specification §6.2): up to its size.</summary>
/// <param name="ShownSlot">Reference slot that is shown as it is (show_existing_frame); null in a frame of its own.</param>
/// <param name="Refreshed">Reference slots that take this frame, a bit each.</param>
internal readonly record struct Vp9FrameHeader(int? ShownSlot, bool IsKeyFrame, bool IsShown, int Refreshed, Vp9Size Size)
{
    /// <summary>Reference slots of a decoder.</summary>
    public const int Slots = 8;

    private const uint Marker = 2;
    private const uint SyncCode = 0x498342;
    private const int ReferencesOfFrame = 3;
    private const uint AllSlots = 0xff;
    private const int RgbColorSpace = 7;

    /// <summary>Parses the first bytes of a frame; null when they are no header, or refer to frames that are not there.</summary>
    /// <param name="head">The frame's bytes, or the first of them.</param>
    /// <param name="slots">Sizes of the frames in the reference slots; null where there is none.</param>
    public static Vp9FrameHeader? Parse(ReadOnlySpan<byte> head, ReadOnlySpan<Vp9Size?> slots)
    {
        var bits = new BitReader(head, isNal: false);
        var isMarked = bits.ReadBits(2) == Marker;
        var profile = bits.ReadBit() | (bits.ReadBit() << 1);
        if (!isMarked || (profile == 3 && bits.ReadFlag()))
        {
            return null;
        }

        if (bits.ReadFlag())
        {
            var slot = (int)bits.ReadBits(3);
            return !bits.IsExhausted && slots[slot] is { } shown ? new Vp9FrameHeader(slot, false, true, 0, shown) : null;
        }

        var isKey = !bits.ReadFlag();
        var isShown = bits.ReadFlag();
        var isResilient = bits.ReadFlag();
        var header = isKey ? ReadKeyFrame(ref bits, profile, isShown) : ReadInterFrame(ref bits, profile, isShown, isResilient, slots);
        return bits.IsExhausted ? null : header;
    }

    private static Vp9FrameHeader? ReadKeyFrame(ref BitReader bits, int profile, bool isShown) =>
        bits.ReadBits(24) == SyncCode && SkipColor(ref bits, profile)
            ? new Vp9FrameHeader(null, true, isShown, (int)AllSlots, ReadSize(ref bits))
            : null;

    private static Vp9FrameHeader? ReadInterFrame(ref BitReader bits, int profile, bool isShown, bool isResilient, ReadOnlySpan<Vp9Size?> slots)
    {
        var isIntra = !isShown && bits.ReadFlag();
        bits.Skip(isResilient ? 0 : 2);
        if (isIntra)
        {
            var isGood = bits.ReadBits(24) == SyncCode && (profile == 0 || SkipColor(ref bits, profile));
            var refreshed = (int)bits.ReadBits(8);
            return isGood ? new Vp9FrameHeader(null, false, isShown, refreshed, ReadSize(ref bits)) : null;
        }

        var refreshes = (int)bits.ReadBits(8);
        return ReadSizeOfReferences(ref bits, slots) is { } size ? new Vp9FrameHeader(null, false, isShown, refreshes, size) : null;
    }

    /// <summary>frame_size_with_refs (§6.2.5): the size of one of the three references, or one of its own. All three must be there.</summary>
    private static Vp9Size? ReadSizeOfReferences(ref BitReader bits, ReadOnlySpan<Vp9Size?> slots)
    {
        Span<Vp9Size> references = stackalloc Vp9Size[ReferencesOfFrame];
        for (var reference = 0; reference < ReferencesOfFrame; reference++)
        {
            if (slots[(int)bits.ReadBits(3)] is not { } size)
            {
                return null;
            }

            references[reference] = size;
            bits.Skip(1);
        }

        foreach (var size in references)
        {
            if (bits.ReadFlag())
            {
                return size;
            }
        }

        return ReadSize(ref bits);
    }

    /// <summary>color_config (§6.2.2); false when it is one that no decoder takes.</summary>
    private static bool SkipColor(ref BitReader bits, int profile)
    {
        bits.Skip(profile >= 2 ? 1 : 0);
        var hasSubsampling = (profile & 1) != 0;
        if (bits.ReadBits(3) != RgbColorSpace)
        {
            bits.Skip(hasSubsampling ? 4 : 1);
            return true;
        }

        bits.Skip(hasSubsampling ? 1 : 0);
        return hasSubsampling;
    }

    private static Vp9Size ReadSize(ref BitReader bits) => new((int)bits.ReadBits(16) + 1, (int)bits.ReadBits(16) + 1);
}
