using System.Diagnostics;
using Pool.Server.Settlement.Journaling;

namespace Pool.Server.Settlement.Books;

/// <summary>Records that are booked in one transaction.</summary>
/// <param name="Segments">Of segments.</param>
/// <param name="Payments">Of payments.</param>
internal sealed record BookGroup(IReadOnlyList<SettledEntry> Segments, IReadOnlyList<PaymentEntry> Payments)
{
    /// <summary>What the first record is of, for people.</summary>
    public string Name => Segments.Count > 0 ? $"segment {Segments[0].Record.Segment}" : Payments.Count > 0 ? $"payment {Payments[0].Record.Id}" : "nothing";

    /// <summary>Segments with what they cost.</summary>
    public IEnumerable<(SettleRecord Record, SettledDebit Debit)> Debits =>
        from entry in Segments where entry.Record.Debit is not null select (entry.Record, entry.Record.Debit);

    /// <summary>Reads entries of the journal, each as its version says.</summary>
    public static BookGroup Of(IEnumerable<JournalEntry> entries)
    {
        var (segments, payments) = (new List<SettledEntry>(), new List<PaymentEntry>());
        foreach (var entry in entries)
        {
            switch (entry.Version)
            {
                case JournalFormat.SegmentVersion or JournalFormat.ChargedSegmentVersion:
                    segments.Add(SettledEntry.FromBytes(entry.Payload.Span));
                    break;
                case JournalFormat.PaymentVersion:
                    payments.Add(PaymentEntry.FromBytes(entry.Payload.Span));
                    break;
                default:
                    throw new UnreachableException($"The start lets no entry of version {entry.Version} through.");
            }
        }

        return new BookGroup(segments, payments);
    }
}
