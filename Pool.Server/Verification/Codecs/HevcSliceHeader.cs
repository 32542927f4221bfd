namespace Pool.Server.Verification.Codecs;

/// <summary>The first fields of an HEVC slice segment header (H.265 §7.3.6.1), of a picture's first slice segment.</summary>
/// <param name="Sequence">The parameter set its picture uses.</param>
/// <param name="DropsEarlierPictures">no_output_of_prior_pics_flag: what a decoder has not put out yet is thrown away.</param>
/// <param name="IsOutput">pic_output_flag.</param>
/// <param name="PicOrderLsb">slice_pic_order_cnt_lsb; 0 in an IDR picture.</param>
internal readonly record struct HevcSliceHeader(HevcSequenceSet Sequence, bool DropsEarlierPictures, bool IsOutput, int PicOrderLsb)
{
    /// <summary>Whether a slice segment's payload, which follows the NAL header, is the first one of its picture.</summary>
    public static bool IsFirst(ReadOnlySpan<byte> payload) => payload.Length > 0 && (payload[0] & 0x80) != 0;

    /// <summary>Parses the bytes after the NAL header of a first slice segment; null when they refer to sets that are not there.</summary>
    public static HevcSliceHeader? Parse(
        ReadOnlySpan<byte> payload, HevcNal nal,
        IReadOnlyDictionary<int, HevcPictureSet> pictures, IReadOnlyDictionary<int, HevcSequenceSet> sequences)
    {
        const uint MaxSliceType = 2;
        var bits = new BitReader(payload);
        bits.Skip(1);
        var drops = nal.IsIrap && bits.ReadFlag();
        var setId = bits.ReadUe();
        if (bits.IsExhausted || setId > int.MaxValue
            || !pictures.TryGetValue((int)setId, out var picture) || !sequences.TryGetValue(picture.SequenceId, out var sequence))
        {
            return null;
        }

        bits.Skip(picture.ExtraSliceBits);
        var type = bits.ReadUe();
        var isOutput = !picture.HasOutputFlag || bits.ReadFlag();
        bits.Skip(sequence.SeparateColourPlanes ? 2 : 0);
        var lsb = nal.IsIdr ? 0 : (int)bits.ReadBits(sequence.PicOrderLsbBits);
        return bits.IsExhausted || type > MaxSliceType ? null : new HevcSliceHeader(sequence, drops, isOutput, lsb);
    }
}
