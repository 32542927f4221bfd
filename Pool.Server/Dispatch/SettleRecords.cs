using Pool.Server.Settlement;

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
            work.Source.Length, work.SourceHash, outcome, detail, contributions);
    }

    public static SettledContribution Contribution(
        LiveAssignment assignment, IReadOnlyList<Rendition> renditions, ContributionRole role, DateTimeOffset now)
    {
        var worker = assignment.Identity;
        return new SettledContribution(
            assignment.Id, worker.Id, worker.Payee, role, [.. renditions.Select(Settled)], assignment.AssignedAt,
            now > assignment.AssignedAt ? now : assignment.AssignedAt);   // a clock may be set back
    }

    private static SettledRendition Settled(Rendition rendition) => new(
        rendition.Profile.Name, rendition.Count.Width, rendition.Count.Height, rendition.Count.Frames, rendition.Count.Pixels,
        rendition.File.Length, Convert.ToHexStringLower(rendition.Hash));
}
