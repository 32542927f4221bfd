namespace Pool.Server.Verification.Codecs;

/// <summary>The header of an HEVC NAL unit (H.265 §7.3.1.2) and what its type says (table 7-1).</summary>
/// <param name="Type">nal_unit_type.</param>
/// <param name="Layer">nuh_layer_id; a decoder of the version that everybody has sees only layer 0.</param>
/// <param name="TemporalId">TemporalId.</param>
internal readonly record struct HevcNal(int Type, int Layer, int TemporalId)
{
    public const int HeaderBytes = 2;

    public const int SequenceSet = 33;
    public const int PictureSet = 34;
    public const int Delimiter = 35;
    public const int EndOfSequence = 36;
    public const int EndOfStream = 37;

    private const int LastSubLayerType = 15;
    private const int LastReservedTrailing = 9;
    private const int FirstIrap = 16;
    private const int LastBla = 18;
    private const int LastIrap = 23;
    private const int LastKnownIrap = 21;

    /// <summary>Whether it is a slice segment of a kind that decoders know.</summary>
    public bool IsSlice => Type is >= 0 and <= LastReservedTrailing or >= FirstIrap and <= LastKnownIrap;

    /// <summary>Whether decoding can begin at its picture.</summary>
    public bool IsIrap => Type is >= FirstIrap and <= LastIrap;

    public bool IsIdr => Type is 19 or 20;

    /// <summary>Whether its picture always begins a coded video sequence: IDR or BLA.</summary>
    public bool AlwaysBegins => IsIdr || Type is >= FirstIrap and <= LastBla;

    /// <summary>Whether its picture refers to what comes before the IRAP picture that it leads.</summary>
    public bool IsRasl => Type is 8 or 9;

    /// <summary>Whether pictures after it take their order from it (§8.3.1, prevTid0Pic).</summary>
    public bool IsOrderAnchor => TemporalId == 0 && Type is not (>= 6 and <= 9) && !(Type <= LastSubLayerType && (Type & 1) == 0);

    /// <summary>Reads the header; null when it is none.</summary>
    public static HevcNal? Read(ReadOnlySpan<byte> head)
    {
        const int ForbiddenBit = 0x80;
        return head.Length < HeaderBytes || (head[0] & ForbiddenBit) != 0 || (head[1] & 7) == 0
            ? null
            : new HevcNal((head[0] >> 1) & 0x3f, ((head[0] & 1) << 5) | (head[1] >> 3), (head[1] & 7) - 1);
    }
}
