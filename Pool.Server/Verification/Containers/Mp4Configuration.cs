using System.Buffers.Binary;
using Pool.Shared.Media;

namespace Pool.Server.Verification.Containers;

/// <summary>What an MP4 track says of its codec (ISO 14496-15 avcC and hvcC; VP codec binding vpcC).</summary>
/// <param name="ParameterSets">Parameter sets, NAL headers included; none for VP9.</param>
/// <param name="LengthBytes">Bytes of the length in front of each NAL unit; 0 for VP9.</param>
internal sealed record Mp4Configuration(VideoCodec Codec, IReadOnlyList<byte[]> ParameterSets, int LengthBytes)
{
    /// <summary>More parameter sets than this are not believed: a decoder has room for 16 to 256 of each kind.</summary>
    private const int MaxParameterSets = 512;

    private const int VisualEntryBytes = 78;

    /// <summary>Reads a sample description box; null when it is of a codec that cannot be counted.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or describes several codecs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">It is cut off.</exception>
    public static Mp4Configuration? Read(ReadOnlySpan<byte> descriptions)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(descriptions[Mp4Boxes.FullBoxBytes..]) != 1)
        {
            throw new InvalidDataException("Pictures of one track in several codecs.");
        }

        var boxes = new Mp4Boxes(descriptions[(Mp4Boxes.FullBoxBytes + 4)..]);
        if (!boxes.MoveNext())
        {
            return null;
        }

        var inside = boxes.Body[VisualEntryBytes..];
        return boxes.Type.SequenceEqual("avc1"u8) || boxes.Type.SequenceEqual("avc3"u8) ? ReadAvc(Mp4Boxes.Find(inside, "avcC"u8))
            : boxes.Type.SequenceEqual("hvc1"u8) || boxes.Type.SequenceEqual("hev1"u8) ? ReadHevc(Mp4Boxes.Find(inside, "hvcC"u8))
            : boxes.Type.SequenceEqual("vp09"u8) && Mp4Boxes.Find(inside, "vpcC"u8).Length > 0 ? new Mp4Configuration(VideoCodec.Vp9, [], 0)
            : null;
    }

    private static Mp4Configuration ReadAvc(ReadOnlySpan<byte> configuration)
    {
        var sets = new List<byte[]>();
        var rest = configuration[5..];
        var sequences = rest[0] & 0x1f;
        rest = rest[1..];
        ReadSets(ref rest, sequences, sets);
        var pictures = rest[0];
        rest = rest[1..];
        ReadSets(ref rest, pictures, sets);
        return new Mp4Configuration(VideoCodec.H264, sets, (configuration[4] & 3) + 1);
    }

    private static Mp4Configuration ReadHevc(ReadOnlySpan<byte> configuration)
    {
        const int LengthPlace = 21;
        const int ArrayHeaderBytes = 3;
        var sets = new List<byte[]>();
        var rest = configuration[(LengthPlace + 2)..];
        for (var array = 0; array < configuration[LengthPlace + 1]; array++)
        {
            var count = BinaryPrimitives.ReadUInt16BigEndian(rest[1..]);
            rest = rest[ArrayHeaderBytes..];
            ReadSets(ref rest, count, sets);
        }

        return new Mp4Configuration(VideoCodec.Hevc, sets, (configuration[LengthPlace] & 3) + 1);
    }

    private static void ReadSets(ref ReadOnlySpan<byte> rest, int count, List<byte[]> sets)
    {
        if (sets.Count + count > MaxParameterSets)
        {
            throw new InvalidDataException("Too many parameter sets.");
        }

        for (var set = 0; set < count; set++)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest);
            sets.Add(rest.Slice(2, length).ToArray());
            rest = rest[(2 + length)..];
        }
    }
}
