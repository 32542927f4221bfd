namespace Pool.Shared.Ethereum;

/// <summary>Length checks of fixed-size binary arguments.</summary>
internal static class Lengths
{
    public static void Require(ReadOnlySpan<byte> bytes, int expected, string parameter)
    {
        if (bytes.Length != expected)
        {
            throw new ArgumentException($"Expected {expected} bytes, got {bytes.Length}.", parameter);
        }
    }
}
