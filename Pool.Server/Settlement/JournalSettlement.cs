using Pool.Server.Settlement.Books;
using Pool.Server.Settlement.Journaling;

namespace Pool.Server.Settlement;

/// <summary>Settles into the journal; <see cref="BookKeeper"/> brings it to Postgres.</summary>
internal sealed class JournalSettlement(Journal journal, BookKeeper books, EpochClock epochs, IDebitedBalances balances, TimeProvider time) : ISettlement
{
    /// <summary>A gateway may call its stream anything (protocol §11, trap 16); the books keep this much of it.</summary>
    private const int MaxManifestIdBytes = 256;

    private const int MaxDetailLength = 500;

    public bool TakesNewSessions => journal.HasRoomForSessions;

    public SettlementFigures Figures => new(journal.Bytes, journal.MaxBytes, journal.Waiting, books.Refused, books.AwaySince);

    public async Task<DateTimeOffset> SettleAsync(SettleRecord record)
    {
        var entry = new SettledEntry(time.GetUtcNow(), epochs.Current, Bounded(record));
        await AppendAsync(entry.ToBytes(), record.Debit is null ? JournalFormat.SegmentVersion : JournalFormat.ChargedSegmentVersion, $"Segment {record.Segment}");
        if (record.Debit is { } debit)
        {
            balances.Debit(record.Gateway, record.SessionId, debit);
        }

        return entry.SettledAt;
    }

    public Task SettleAsync(PaymentRecord record) => AppendAsync(
        new PaymentEntry(time.GetUtcNow(), epochs.Current, record).ToBytes(), JournalFormat.PaymentVersion, $"Payment {record.Id}");

    public Task WhenBookedAsync(CancellationToken cancellationToken) => journal.WaitUntilTakenAsync(cancellationToken);

    private async Task AppendAsync(byte[] bytes, uint version, string what)
    {
        try
        {
            if (bytes.Length > JournalFormat.MaxPayloadBytes)
            {
                throw new JournalException($"The record has {bytes.Length} bytes, at most {JournalFormat.MaxPayloadBytes} are taken.");
            }

            await journal.AppendAsync(bytes, version);
        }
        catch (JournalException failure)
        {
            throw new SettlementException($"{what} could not be settled: {failure.Message}", failure);
        }
    }

    private static SettleRecord Bounded(SettleRecord record) => record with
    {
        ManifestId = record.ManifestId[..Math.Min(record.ManifestId.Length, MaxManifestIdBytes)],
        Detail = record.Detail.Length <= MaxDetailLength ? record.Detail : record.Detail[..MaxDetailLength],
    };
}
