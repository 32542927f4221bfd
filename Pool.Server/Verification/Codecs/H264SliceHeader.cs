namespace Pool.Server.Verification.Codecs;

/// <summary>The first fields of an H.264 slice header (§7.3.3): enough to tell one picture from the next (§7.4.1.2.4).</summary>
internal readonly record struct H264SliceHeader(
    uint FirstMacroblock, int PictureSetId, uint FrameNum, bool IsField, bool IsBottom, bool IsIdr, uint IdrId, bool IsReference,
    uint PicOrderLsb, int DeltaPicOrderBottom, int DeltaPicOrder0, int DeltaPicOrder1)
{
    /// <summary>Parses the bytes after the NAL header; null when they refer to sets that are not there.</summary>
    public static H264SliceHeader? Parse(
        ReadOnlySpan<byte> payload, int nalReference, bool isIdr,
        IReadOnlyDictionary<int, H264PictureSet> pictures, IReadOnlyDictionary<int, H264SequenceSet> sequences)
    {
        var bits = new BitReader(payload);
        var first = bits.ReadUe();
        bits.ReadUe();
        var setId = bits.ReadUe();
        if (bits.IsExhausted || !pictures.TryGetValue((int)setId, out var picture) || !sequences.TryGetValue(picture.SequenceId, out var sequence))
        {
            return null;
        }

        if (sequence.SeparateColourPlanes)
        {
            bits.ReadBits(2);
        }

        var frameNum = bits.ReadBits(sequence.FrameNumBits);
        var isField = !sequence.FrameMbsOnly && bits.ReadFlag();
        var isBottom = isField && bits.ReadFlag();
        var idrId = isIdr ? bits.ReadUe() : 0;
        var lsb = sequence.PicOrderCntType == 0 ? bits.ReadBits(sequence.PicOrderCntLsbBits) : 0;
        var extra = picture.BottomFieldPicOrder && !isField;
        var deltaBottom = sequence.PicOrderCntType == 0 && extra ? bits.ReadSe() : 0;
        var hasDelta = sequence.PicOrderCntType == 1 && !sequence.DeltaPicOrderAlwaysZero;
        var delta0 = hasDelta ? bits.ReadSe() : 0;
        var delta1 = hasDelta && extra ? bits.ReadSe() : 0;
        return bits.IsExhausted
            ? null
            : new H264SliceHeader(first, (int)setId, frameNum, isField, isBottom, isIdr, idrId, nalReference != 0, lsb, deltaBottom, delta0, delta1);
    }

    /// <summary>Whether this slice is of another primary coded picture than <paramref name="previous"/> (§7.4.1.2.4).</summary>
    public bool StartsPictureAfter(H264SliceHeader previous) =>
        FrameNum != previous.FrameNum || PictureSetId != previous.PictureSetId || IsField != previous.IsField || IsBottom != previous.IsBottom
        || IsReference != previous.IsReference || IsIdr != previous.IsIdr || (IsIdr && IdrId != previous.IdrId)
        || PicOrderLsb != previous.PicOrderLsb || DeltaPicOrderBottom != previous.DeltaPicOrderBottom
        || DeltaPicOrder0 != previous.DeltaPicOrder0 || DeltaPicOrder1 != previous.DeltaPicOrder1;

    /// <summary>Whether this field completes the frame that the field <paramref name="first"/> began.</summary>
    public bool IsSecondFieldOf(H264SliceHeader first) => IsField && first.IsField && IsBottom != first.IsBottom && FrameNum == first.FrameNum;
}
