namespace Pool.Worker.Transcoding.Formats;

/// <summary>The tiny videos that are part of the program, to try the engine with.</summary>
internal static class ProofClips
{
    /// <summary>H.264 in 8-bit 4:2:0, what nearly every segment is.</summary>
    internal const string H264 = "h264-420.ts";

    /// <exception cref="InvalidDataException">There is none of that name.</exception>
    internal static byte[] Read(string clip)
    {
        using var resource = typeof(ProofClips).Assembly.GetManifestResourceStream($"proofs/{clip}")
            ?? throw new InvalidDataException($"the clip {clip} is not part of the program");
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
