using Pool.Server.Settlement;
using Pool.Server.Workers;
using Pool.Shared.Contracts;

namespace Pool.Server.Dispatch;

/// <summary>What happened to a segment, in the words of the books.</summary>
internal static class SettleRecords
{
    public static SettleRecord Record(SegmentWork work, SegmentResult result, IReadOnlyList<SettledContribution> contributions)
    {
        var (outcome, detail) = result switch
        {
            SegmentResult.Transcoded => (SegmentOutcome.Transcoded, ""),
            SegmentResult.BadInput bad => (SegmentOutcome.BadInput, bad.Word),
            SegmentResult.Failed failed => (SegmentOutcome.Failed, $"{failed.Fault}: {failed.Detail}"),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return new SettleRecord(
            work.Id, work.ReceivedAt, work.SessionId, work.Gateway, work.ManifestId, work.Sequence, work.DurationMilliseconds,
            work.Source.Length, work.SourceHash, outcome, detail, contributions)
        {
            Debit = DebitOf(work, result),
        };
    }

    /// <summary>Only what is returned is charged, by the pixels that we announce (protocol §4.6, §4.8).</summary>
    private static SettledDebit? DebitOf(SegmentWork work, SegmentResult result) =>
        work.PricePerPixel is { } price && result is SegmentResult.Transcoded transcoded
            ? new SettledDebit(transcoded.Renditions.Sum(rendition => rendition.Count.Pixels), price)
            : null;

    public static SettledContribution Contribution(
        LiveAssignment assignment, IReadOnlyList<Rendition> renditions, ContributionRole role, DateTimeOffset now)
    {
        var worker = assignment.Identity;
        return new SettledContribution(
            assignment.Id, worker.Id, worker.Payee, role, [.. renditions.Select(Settled)], assignment.AssignedAt,
            now > assignment.AssignedAt ? now : assignment.AssignedAt);   // a clock may be set back
    }

    /// <summary>What the worker gets to keep of its contribution.</summary>
    public static Receipt Receipt(SegmentWork work, JoinedWorker worker, SettledContribution contribution, string pool, DateTimeOffset settledAt) => new(
        pool, worker.NodeKey.ToString(), contribution.Payee.ToString(), work.Id.Value, contribution.Assignment.Value, Role(contribution.Role),
        settledAt.ToUnixTimeMilliseconds(),
        [.. contribution.Renditions.Select(rendition =>
            new ReceiptRendition(rendition.Width, rendition.Height, rendition.Frames, rendition.Pixels, rendition.Bytes, rendition.Hash))]);

    private static ReceiptRole Role(ContributionRole role) => role switch
    {
        ContributionRole.Primary => ReceiptRole.Primary,
        ContributionRole.Hedge => ReceiptRole.Hedge,
        ContributionRole.Check => ReceiptRole.Check,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static SettledRendition Settled(Rendition rendition) => new(
        rendition.Profile.Name, rendition.Count.Width, rendition.Count.Height, rendition.Count.Frames, rendition.Count.Pixels,
        rendition.File.Length, Convert.ToHexStringLower(rendition.Hash));
}
