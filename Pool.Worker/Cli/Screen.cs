using System.Globalization;
using Pool.Shared.Contracts;
using Pool.Worker.Connection;

namespace Pool.Worker.Cli;

/// <summary>What the owner of the machine sees: one line for each thing that happens.</summary>
internal sealed class Screen(TextWriter output, TimeProvider time) : IWorkerScreen
{
    private readonly Lock _gate = new();

    public void Line(string text)
    {
        lock (_gate)
        {
            output.WriteLine($"{time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {text}");
            output.Flush();
        }
    }

    public void Joined(int capacity) => Line($"Joined the pool: up to {capacity} segments at once. Waiting for work.");

    public void Lost(string reason, TimeSpan retryIn) => Line($"Lost the pool ({reason.TrimEnd('.')}); trying again in {retryIn.TotalSeconds:0.0} s");

    public void Draining(int held) =>
        Line(held == 0 ? "Leaving the pool." : $"Finishing {held} segment{(held == 1 ? "" : "s")}; press Ctrl-C again to stop at once.");

    public void Finished(AssignmentReport report)
    {
        var milliseconds = report.Elapsed.TotalMilliseconds;
        var speed = report.Assignment.DurationMilliseconds / Math.Max(1, milliseconds);
        Line(report switch
        {
            { Kind: OutcomeKind.Done, Verdict.Accepted: true } =>
                $"Segment of {report.Assignment.DurationMilliseconds / 1000.0:0.0} s: {report.Assignment.Profiles.Count} renditions in {milliseconds:0} ms ({speed:0.0}x real time), accepted",
            { Kind: OutcomeKind.Done, Verdict: { } verdict } => $"Segment not accepted: {verdict.Reason}",
            { Kind: OutcomeKind.Done } => "Segment finished, but the pool could not be told",
            { Kind: OutcomeKind.BadInput } => $"Segment cannot be transcoded by anybody: {report.Detail}",
            { Kind: null } => "Segment called off by the pool",
            _ => $"Segment failed: {report.Detail}",
        });
    }
}
