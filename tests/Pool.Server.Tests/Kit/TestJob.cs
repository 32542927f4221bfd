using Google.Protobuf;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Kit;

/// <summary>What a gateway asks for in these tests: two small renditions of a segment whose bytes nobody decodes.</summary>
internal static class TestJob
{
    /// <summary>Frames of a good rendition.</summary>
    public const int Frames = 10;

    public const int LargeWidth = 320;
    public const int LargeHeight = 180;
    public const int SmallWidth = 160;
    public const int SmallHeight = 90;

    /// <summary>Pixels of both good renditions.</summary>
    public const long Pixels = LargePixels + SmallPixels;

    public const long LargePixels = (long)Frames * LargeWidth * LargeHeight;

    public const long SmallPixels = (long)Frames * SmallWidth * SmallHeight;

    /// <summary>What a stock gateway needs for HTTP push of H.264 (protocol §8.8).</summary>
    public static CapabilitySet Needs { get; } = CapabilitySet.FromNumbers([0, 1, 12, 26]);

    /// <summary>What the workers of these tests can do.</summary>
    public static IReadOnlyList<int> WorkerCapabilities { get; } = [0, 1, 2, 14, 26];

    /// <summary>The renditions a good worker uploads, in the order of the profiles.</summary>
    public static IReadOnlyList<byte[]> GoodRenditions => [MadeRendition.Of(LargeWidth, LargeHeight, Frames), MadeRendition.Of(SmallWidth, SmallHeight, Frames)];

    /// <summary>A segment: bytes that differ from one number to the next.</summary>
    public static byte[] Segment(int seed = 1, int length = 40_000)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static Capabilities Job()
    {
        var capabilities = new Capabilities();
        capabilities.Bitstring.Add(Needs.ToWords());
        return capabilities;
    }

    /// <summary>Good credentials of a segment, as a gateway without a key fills them (protocol §4.4).</summary>
    public static SegData Credentials(OrchestratorInfo terms, byte[] segment, long sequence = 1)
    {
        var credentials = new SegData
        {
            ManifestId = ByteString.CopyFromUtf8("manifest"),
            Seq = sequence,
            Hash = ByteString.CopyFrom(Keccak256.Hash(segment)),
            Profiles = ByteString.CopyFromUtf8("invalid"),
            Duration = 2000,
            Capabilities = Job(),
            AuthToken = terms.AuthToken.Clone(),
        };
        credentials.FullProfiles.Add(new VideoProfile { Name = "large", Width = LargeWidth, Height = LargeHeight, Bitrate = 400_000 });
        credentials.FullProfiles.Add(new VideoProfile { Name = "small", Width = SmallWidth, Height = SmallHeight, Bitrate = 100_000 });
        return credentials;
    }
}
