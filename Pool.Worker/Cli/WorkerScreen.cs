using System.Globalization;
using Pool.Shared.Contracts;
using Pool.Worker.Connection;

namespace Pool.Worker.Cli;

/// <summary>What the worker's owner sees: one line per event, each with its time of day.</summary>
internal sealed class WorkerScreen(TextWriter output, TimeProvider time) : IWorkerEvents
{
    private readonly Lock _gate = new();

    /// <summary>Who this worker is.</summary>
    public void Started(RunSettings settings, WorkerIdentity identity) =>
        Write($"node key {identity.NodeKey.Address}, payee {settings.Payout}, pool {settings.Pool}, device {identity.Device}, "
            + $"up to {Count(identity.WishedCapacity, "segment")} at once");

    /// <inheritdoc/>
    public void Joined(Guid workerId, int capacity, bool again) =>
        Write($"{(again ? "rejoined" : "joined")} as worker {workerId}; the pool sends up to {Count(capacity, "segment")} at once");

    /// <inheritdoc/>
    public void Lost(string reason, TimeSpan retryIn) =>
        Write($"connection lost: {reason}; trying again in {Seconds(retryIn)} s, and until the pool is back");

    /// <inheritdoc/>
    public void Draining(int held) =>
        Write(held == 0 ? "leaving" : $"finishing {Count(held, "segment")}, press Ctrl-C again to stop at once");

    /// <inheritdoc/>
    public void Withdrawn(Guid assignmentId, string reason) => Write($"segment {Short(assignmentId)} withdrawn by the pool: {reason}");

    /// <inheritdoc/>
    public void Dropped(Guid assignmentId) => Write($"segment {Short(assignmentId)} dropped: its bytes were on a line that fell silent, and the pool gives it out again");

    /// <inheritdoc/>
    public void Ended(SegmentReport report) => Write($"segment {Short(report.Assignment.AssignmentId)} {Result(report)}");

    /// <inheritdoc/>
    public void Booked(Receipt receipt)
    {
        var megapixels = receipt.Renditions.Sum(rendition => rendition.Pixels) / 1e6;
        var role = receipt.Role == ReceiptRole.Hedge ? ", as a hedge" : "";
        Write($"segment {Short(receipt.AssignmentId)} booked: {megapixels.ToString("0.0", CultureInfo.InvariantCulture)} megapixels{role}");
    }

    /// <inheritdoc/>
    public void ReceiptRefused(string warning) => Write($"WARNING: {warning}");

    private static string Result(SegmentReport report)
    {
        var (kind, detail) = (report.Outcome.Kind, report.Outcome.Detail);
        return kind switch
        {
            OutcomeKind.Refused => $"not taken: {detail}",
            OutcomeKind.BadInput => $"cannot be transcoded: {detail}",
            OutcomeKind.WorkerFailed or OutcomeKind.TranscoderFailed => $"failed: {detail}",
            OutcomeKind.Done when report.Verdict is null => "done, but the pool could not be told",
            OutcomeKind.Done when !report.Verdict.Accepted => $"not accepted by the pool: {Sentence.Printable(report.Verdict.Reason)}",
            OutcomeKind.Done => Done(report),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private static string Done(SegmentReport report)
    {
        var duration = TimeSpan.FromMilliseconds(report.Assignment.DurationMilliseconds);
        var pace = report.Elapsed > TimeSpan.Zero ? duration / report.Elapsed : 0;
        var remark = report.Verdict?.Reason is { } reason ? $"; {Sentence.Printable(reason)}" : "";
        return $"done: {Seconds(duration)} s of video, {Count(report.Assignment.Profiles.Count, "rendition")}, "
            + $"{report.Elapsed.TotalMilliseconds:0} ms ({pace.ToString("0.0", CultureInfo.InvariantCulture)} × real time){remark}";
    }

    private static string Count(int number, string noun) => number == 1 ? $"1 {noun}" : $"{number} {noun}s";

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Short(Guid assignment) => assignment.ToString("N")[..8];

    private void Write(string line)
    {
        lock (_gate)
        {
            output.WriteLine($"{time.GetLocalNow():HH:mm:ss} {line}");
            output.Flush();
        }
    }
}
