using Pool.Gateway.Media;

namespace Pool.EndToEnd.Tests.Gateway;

/// <summary>Segments of 2 s without files.</summary>
internal static class Segments
{
    public static SourceSegment Number(int sequence) =>
        new(sequence, $"/nowhere/{sequence}.ts", TimeSpan.FromSeconds(2 * sequence), TimeSpan.FromSeconds(2), Bytes: 1);
}
