namespace Pool.Server.Verification.Codecs;

/// <summary>What of an H.264 sequence parameter set (§7.3.2.1.1) counting needs.</summary>
/// <param name="Width">Cropped width in pixels.</param>
/// <param name="Height">Cropped height in pixels, of a whole frame.</param>
internal sealed record H264SequenceSet(
    int Id, int ProfileIdc, int Width, int Height, bool SeparateColourPlanes, int FrameNumBits, int PicOrderCntType,
    int PicOrderCntLsbBits, bool DeltaPicOrderAlwaysZero, bool FrameMbsOnly)
{
    private const int MacroblockSize = 16;
    private const int MaxId = 31;

    /// <summary>Largest frame of level 6.2 in macroblocks along one side; a header that says more is not believed.</summary>
    private const uint MaxMacroblocksAlong = 1055;

    private const uint MaxLog2MinusFour = 12;
    private const uint MaxCycleLength = 255;

    /// <summary>Parses the bytes after the NAL header; null when they are no valid parameter set.</summary>
    public static H264SequenceSet? Parse(ReadOnlySpan<byte> payload)
    {
        var bits = new BitReader(payload);
        var profile = (int)bits.ReadBits(8);
        bits.ReadBits(16);
        var id = bits.ReadUe();
        var (chroma, separate) = HasChromaFormat(profile) ? ReadChroma(ref bits) : (1u, false);
        var frameNumBits = bits.ReadUe();
        var order = bits.ReadUe();
        if (id > MaxId || chroma > 3 || frameNumBits > MaxLog2MinusFour || order > 2)
        {
            return null;
        }

        var (lsbBits, deltaZero) = ReadOrder(ref bits, order);
        bits.ReadUe();
        bits.ReadFlag();
        var (widthMbs, heightUnits) = (bits.ReadUe() + 1UL, bits.ReadUe() + 1UL);
        var frameMbsOnly = bits.ReadFlag();
        if (!frameMbsOnly)
        {
            bits.ReadFlag();
        }

        bits.ReadFlag();
        var (cropWidth, cropHeight) = bits.ReadFlag() ? ReadCrop(ref bits, separate ? 0 : chroma, frameMbsOnly) : (0L, 0L);
        if (bits.IsExhausted || widthMbs > MaxMacroblocksAlong || heightUnits > MaxMacroblocksAlong)
        {
            return null;
        }

        var width = ((long)widthMbs * MacroblockSize) - cropWidth;
        var height = ((long)heightUnits * MacroblockSize * (frameMbsOnly ? 1 : 2)) - cropHeight;
        return width <= 0 || height <= 0 || lsbBits > MaxLog2MinusFour + 4
            ? null
            : new H264SequenceSet(
                (int)id, profile, (int)width, (int)height, separate, (int)frameNumBits + 4, (int)order, (int)lsbBits, deltaZero, frameMbsOnly);
    }

    /// <summary>Profiles whose parameter sets name a chroma format (§7.3.2.1.1).</summary>
    private static bool HasChromaFormat(int profile) => profile is 100 or 110 or 122 or 244 or 44 or 83 or 86 or 118 or 128 or 138 or 139 or 134 or 135;

    private static (uint Chroma, bool Separate) ReadChroma(ref BitReader bits)
    {
        var chroma = bits.ReadUe();
        var separate = chroma == 3 && bits.ReadFlag();
        bits.ReadUe();
        bits.ReadUe();
        bits.ReadFlag();
        if (bits.ReadFlag())
        {
            SkipScalingLists(ref bits, chroma == 3 ? 12 : 8);
        }

        return (chroma, separate);
    }

    private static void SkipScalingLists(ref BitReader bits, int lists)
    {
        for (var list = 0; list < lists && !bits.IsExhausted; list++)
        {
            if (!bits.ReadFlag())
            {
                continue;
            }

            var (last, next) = (8, 8);
            for (var i = 0; i < (list < 6 ? 16 : 64) && !bits.IsExhausted; i++)
            {
                next = next == 0 ? 0 : (last + bits.ReadSe() + 256) & 255;
                last = next == 0 ? last : next;
            }
        }
    }

    private static (uint LsbBits, bool DeltaZero) ReadOrder(ref BitReader bits, uint type)
    {
        if (type == 0)
        {
            return (bits.ReadUe() + 4, false);
        }

        if (type != 1)
        {
            return (0, false);
        }

        var deltaZero = bits.ReadFlag();
        bits.ReadSe();
        bits.ReadSe();
        var cycle = bits.ReadUe();
        for (var i = 0; i < Math.Min(cycle, MaxCycleLength) && !bits.IsExhausted; i++)
        {
            bits.ReadSe();
        }

        return (0, deltaZero);
    }

    /// <summary>Cropping in pixels: units depend on the chroma format and on field coding (§7.4.2.1.1, equations 7-19 to 7-22).</summary>
    private static (long Width, long Height) ReadCrop(ref BitReader bits, uint chroma, bool frameMbsOnly)
    {
        var unitX = chroma is 1 or 2 ? 2L : 1;
        var unitY = (chroma == 1 ? 2L : 1) * (frameMbsOnly ? 1 : 2);
        var (left, right, top, bottom) = (bits.ReadUe(), bits.ReadUe(), bits.ReadUe(), bits.ReadUe());
        return (((long)left + right) * unitX, ((long)top + bottom) * unitY);
    }
}

/// <summary>What of an H.264 picture parameter set (§7.3.2.2) counting needs.</summary>
internal sealed record H264PictureSet(int Id, int SequenceId, bool BottomFieldPicOrder)
{
    private const int MaxId = 255;
    private const int MaxSequenceId = 31;

    /// <summary>Parses the bytes after the NAL header; null when they are no valid parameter set.</summary>
    public static H264PictureSet? Parse(ReadOnlySpan<byte> payload)
    {
        var bits = new BitReader(payload);
        var (id, sequence) = (bits.ReadUe(), bits.ReadUe());
        bits.ReadFlag();
        var bottom = bits.ReadFlag();
        return bits.IsExhausted || id > MaxId || sequence > MaxSequenceId ? null : new H264PictureSet((int)id, (int)sequence, bottom);
    }
}
