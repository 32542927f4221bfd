namespace Pool.Server.Verification.Codecs;

/// <summary>What of an HEVC sequence parameter set (H.265 §7.3.2.2) counting needs.</summary>
/// <param name="Width">Width inside the conformance window, in pixels.</param>
/// <param name="Height">Height inside the conformance window, in pixels.</param>
/// <param name="PicOrderLsbBits">Bits of slice_pic_order_cnt_lsb.</param>
internal sealed record HevcSequenceSet(int Id, int Width, int Height, bool SeparateColourPlanes, int PicOrderLsbBits)
{
    private const int MaxId = 15;
    private const int MaxSubLayersMinusOne = 6;

    /// <summary>Longest side of level 6.2 (§A.4.1); a header that says more is not believed.</summary>
    private const uint MaxSide = 16_888;

    private const uint MaxDepthMinusEight = 8;
    private const uint MaxLsbBitsMinusFour = 12;

    /// <summary>Bits of a profile without its level (§7.3.3).</summary>
    private const int ProfileBits = 88;

    private const int LevelBits = 8;

    /// <summary>Parses the bytes after the NAL header; null when they are no valid parameter set.</summary>
    public static HevcSequenceSet? Parse(ReadOnlySpan<byte> payload)
    {
        var bits = new BitReader(payload);
        bits.Skip(4);
        var subLayers = (int)bits.ReadBits(3);
        bits.Skip(1);
        if (subLayers > MaxSubLayersMinusOne)
        {
            return null;
        }

        SkipProfileTierLevel(ref bits, subLayers);
        var (id, chroma) = (bits.ReadUe(), bits.ReadUe());
        var separate = chroma == 3 && bits.ReadFlag();
        var (width, height) = ((long)bits.ReadUe(), (long)bits.ReadUe());
        var (cropWidth, cropHeight) = bits.ReadFlag() ? ReadWindow(ref bits, separate ? 0 : chroma) : (0L, 0L);
        var (lumaDepth, chromaDepth, lsbBits) = (bits.ReadUe(), bits.ReadUe(), bits.ReadUe());
        var isValid = !bits.IsExhausted && id <= MaxId && chroma <= 3 && width <= MaxSide && height <= MaxSide && cropWidth < width && cropHeight < height
            && lumaDepth <= MaxDepthMinusEight && chromaDepth <= MaxDepthMinusEight && lsbBits <= MaxLsbBitsMinusFour;
        return isValid
            ? new HevcSequenceSet((int)id, (int)(width - cropWidth), (int)(height - cropHeight), separate, (int)lsbBits + 4)
            : null;
    }

    private static void SkipProfileTierLevel(ref BitReader bits, int subLayers)
    {
        const int MaxSubLayers = 8;
        bits.Skip(ProfileBits + LevelBits);
        Span<(bool HasProfile, bool HasLevel)> present = stackalloc (bool, bool)[MaxSubLayersMinusOne];
        for (var layer = 0; layer < subLayers; layer++)
        {
            present[layer] = (bits.ReadFlag(), bits.ReadFlag());
        }

        if (subLayers > 0)
        {
            bits.Skip(2 * (MaxSubLayers - subLayers));
        }

        foreach (var (hasProfile, hasLevel) in present[..subLayers])
        {
            bits.Skip((hasProfile ? ProfileBits : 0) + (hasLevel ? LevelBits : 0));
        }
    }

    /// <summary>The conformance window's margins in pixels; their units depend on the chroma format (§6.2, table 6-1).</summary>
    private static (long Width, long Height) ReadWindow(ref BitReader bits, uint chroma)
    {
        var unitX = chroma is 1 or 2 ? 2L : 1;
        var unitY = chroma == 1 ? 2L : 1;
        var (left, right, top, bottom) = (bits.ReadUe(), bits.ReadUe(), bits.ReadUe(), bits.ReadUe());
        return (((long)left + right) * unitX, ((long)top + bottom) * unitY);
    }
}

/// <summary>What of an HEVC picture parameter set (H.265 §7.3.2.3) counting needs.</summary>
/// <param name="HasOutputFlag">Whether slices say if their picture is shown.</param>
/// <param name="ExtraSliceBits">Reserved bits in each slice header.</param>
internal sealed record HevcPictureSet(int Id, int SequenceId, bool HasOutputFlag, int ExtraSliceBits)
{
    private const int MaxId = 63;
    private const int MaxSequenceId = 15;

    /// <summary>Parses the bytes after the NAL header; null when they are no valid parameter set.</summary>
    public static HevcPictureSet? Parse(ReadOnlySpan<byte> payload)
    {
        var bits = new BitReader(payload);
        var (id, sequence) = (bits.ReadUe(), bits.ReadUe());
        bits.Skip(1);
        var hasOutputFlag = bits.ReadFlag();
        var extra = (int)bits.ReadBits(3);
        return bits.IsExhausted || id > MaxId || sequence > MaxSequenceId ? null : new HevcPictureSet((int)id, (int)sequence, hasOutputFlag, extra);
    }
}
