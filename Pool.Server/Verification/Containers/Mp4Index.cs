using System.Buffers.Binary;

namespace Pool.Server.Verification.Containers;

/// <summary>The one video of an MP4 file, as its index describes it.</summary>
/// <param name="UnitsPerSecond">The track's clock.</param>
internal sealed record Mp4VideoTrack(Mp4Configuration Configuration, Mp4SampleTable Samples, uint UnitsPerSecond);

/// <summary>What an MP4 file's index (ISO 14496-12, moov) says of its video. Bad bytes are a fault, never an exception.</summary>
internal sealed record Mp4Index(Mp4VideoTrack? Video, bool HasAudio, string? Fault)
{
    public static Mp4Index Read(ReadOnlySpan<byte> moov)
    {
        try
        {
            return ReadTracks(moov);
        }
        catch (Exception wrong) when (wrong is ArgumentOutOfRangeException or IndexOutOfRangeException or InvalidDataException or OverflowException)
        {
            return new Mp4Index(null, false, "the index of the MP4 file is damaged");
        }
    }

    private static Mp4Index ReadTracks(ReadOnlySpan<byte> moov)
    {
        var (hasAudio, videos) = (false, 0);
        var fault = Mp4Boxes.TryFind(moov, "mvex"u8, out _) ? "the MP4 file is in fragments" : null;
        Mp4VideoTrack? video = null;
        for (var boxes = new Mp4Boxes(moov); boxes.MoveNext();)
        {
            if (!boxes.Type.SequenceEqual("trak"u8)
                || !Mp4Boxes.TryFind(boxes.Body, "mdia"u8, out var media) || !Mp4Boxes.TryFind(media, "hdlr"u8, out var handler))
            {
                continue;
            }

            var kind = handler.Slice(Mp4Boxes.FullBoxBytes + 4, 4);
            hasAudio |= kind.SequenceEqual("soun"u8);
            if (!kind.SequenceEqual("vide"u8))
            {
                continue;
            }

            // Which of several a player takes is its own choice.
            fault ??= ++videos > 1 ? "it has more than one video" : null;
            video ??= ReadVideo(media);
            fault ??= video is null ? null : Mp4EditList.Fault(boxes.Body, video, Mp4Boxes.Find(moov, "mvhd"u8));
        }

        return new Mp4Index(video, hasAudio, fault);
    }

    private static Mp4VideoTrack? ReadVideo(ReadOnlySpan<byte> media)
    {
        var table = Mp4Boxes.Find(Mp4Boxes.Find(media, "minf"u8), "stbl"u8);
        if (Mp4Configuration.Read(Mp4Boxes.Find(table, "stsd"u8)) is not { } configuration)
        {
            return null;
        }

        var clock = ReadClock(Mp4Boxes.Find(media, "mdhd"u8));
        return new Mp4VideoTrack(configuration, Mp4SampleTable.Read(table), clock);
    }

    /// <summary>The units of a second in a media or movie header (mdhd, mvhd), which begin alike.</summary>
    internal static uint ReadClock(ReadOnlySpan<byte> header)
    {
        const int ShortDatesBytes = 8;
        const int LongDatesBytes = 16;
        var units = BinaryPrimitives.ReadUInt32BigEndian(header[(Mp4Boxes.FullBoxBytes + (header[0] == 1 ? LongDatesBytes : ShortDatesBytes))..]);
        return units > 0 ? units : throw new InvalidDataException("A clock that stands still.");
    }
}
