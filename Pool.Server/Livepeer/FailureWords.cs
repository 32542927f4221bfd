using Pool.Server.Dispatch;
using Pool.Server.Sessions;

namespace Pool.Server.Livepeer;

/// <summary>
/// The one table from what happened inside the pool to what a gateway is told inside the 200 (protocol §4.11). Bad streams get the
/// network's non-retryable words, on which a gateway keeps its session; our own failures are told in words that are none of these, so
/// that they never blame the stream. What is refused before the 200 is in <see cref="SegmentRequest"/> and <see cref="SegmentRefusal"/>.
/// </summary>
internal static class FailureWords
{
    /// <summary>The session's queue is full (protocol §4.7).</summary>
    public const string Busy = "OrchestratorBusy";

    /// <summary>Every session is taken (protocol §4.7).</summary>
    public const string Capped = "OrchestratorCapped";

    /// <summary>The session ended while the segment waited.</summary>
    public const string Closed = "session closed";

    /// <summary>The pool itself is at fault, and nobody outside needs to know how.</summary>
    public const string Unexpected = "internal error";

    /// <summary>What a gateway is told of each fault of the pool; the network's own words where it has some (protocol §7.5).</summary>
    public static IReadOnlyDictionary<PoolFault, string> OfPool { get; } = new Dictionary<PoolFault, string>
    {
        [PoolFault.NoCapableWorker] = "no transcoders can provide requested capabilities",
        [PoolFault.NoFreeWorker] = "no transcoders available",
        [PoolFault.WorkersFailed] = "Remote transcoder took too long",
        [PoolFault.NotSettled] = Unexpected,
    };

    /// <summary>The text for the gateway, or null when there is a result.</summary>
    public static string? ErrorOf(SessionAnswer answer) => answer switch
    {
        SessionAnswer.Busy => Busy,
        SessionAnswer.Capped => Capped,
        SessionAnswer.Closed => Closed,
        SessionAnswer.Broken => Unexpected,
        SessionAnswer.Answered { Result: SegmentResult.BadInput bad } => bad.Word,
        SessionAnswer.Answered { Result: SegmentResult.Failed failed } => OfPool.GetValueOrDefault(failed.Fault, Unexpected),
        SessionAnswer.Answered { Result: SegmentResult.Transcoded } => null,
        _ => Unexpected,
    };
}
