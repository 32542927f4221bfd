using System.Text.Json;

namespace Pool.Server.Settlement;

/// <summary>A settle record as it is in the journal, with when and for which epoch it was written.</summary>
/// <param name="SettledAt">When it was handed to the journal.</param>
/// <param name="Epoch">Epoch it was written in; never computed again.</param>
/// <param name="Record">The record.</param>
internal sealed record SettledEntry(DateTimeOffset SettledAt, long Epoch, SettleRecord Record)
{
    /// <summary>The bytes for the journal.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, JournalJson.Options);

    /// <summary>The entry of these bytes.</summary>
    /// <exception cref="JsonException">They are none.</exception>
    public static SettledEntry FromBytes(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<SettledEntry>(bytes, JournalJson.Options) ?? throw new JsonException("The entry is null.");
}

/// <summary>A payment as it is in the journal, with when and for which epoch it was written.</summary>
/// <param name="SettledAt">When it was handed to the journal.</param>
/// <param name="Epoch">Epoch it was written in; never computed again.</param>
/// <param name="Record">The record.</param>
internal sealed record PaymentEntry(DateTimeOffset SettledAt, long Epoch, PaymentRecord Record)
{
    /// <summary>The bytes for the journal.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, JournalJson.Options);

    /// <summary>The entry of these bytes.</summary>
    /// <exception cref="JsonException">They are none.</exception>
    public static PaymentEntry FromBytes(ReadOnlySpan<byte> bytes) =>
        JsonSerializer.Deserialize<PaymentEntry>(bytes, JournalJson.Options) ?? throw new JsonException("The entry is null.");
}
