using Pool.Server.Verification.Codecs;
using Pool.Shared.Media;

namespace Pool.Server.Verification.Containers;

/// <summary>
/// Takes a container apart while its bytes stream by and lets the pictures of its one video be counted. A rendition is made by one muxer in
/// one go, so what is out of order is not repaired but named: a decoder might repair it in another way than we do.
/// </summary>
internal interface IContainerReader
{
    Container Container { get; }

    /// <summary>What counts the video's pictures; null until the video is known.</summary>
    IPictureCounter? Pictures { get; }

    /// <summary>When the video's pictures are to be shown.</summary>
    FrameTimes Times { get; }

    bool HasAudio { get; }

    /// <summary>Bytes of the video without its container.</summary>
    long VideoBytes { get; }

    /// <summary>What is wrong with the container, in a sentence; null as long as it is right.</summary>
    string? Fault { get; }

    /// <summary>The next bytes, cut anywhere.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>There are no more bytes.</summary>
    void Finish();
}
