namespace Pool.Server.Verification.Containers;

/// <summary>CRC-32 of MPEG sections (ISO 13818-1 Annex A): over a section with its checksum it is zero.</summary>
internal static class Crc32Mpeg
{
    private const uint Polynomial = 0x04C11DB7;

    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= (uint)value << 24;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000_0000) != 0 ? (crc << 1) ^ Polynomial : crc << 1;
            }
        }

        return crc;
    }
}
