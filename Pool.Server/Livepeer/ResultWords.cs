using Pool.Server.Dispatch;
using Pool.Server.Sessions;

namespace Pool.Server.Livepeer;

/// <summary>
/// The one table from what happened inside the pool to what a gateway is told inside the 200 (protocol §4.11). Bad streams get the
/// network's non-retryable words; our own failures never blame the stream.
/// </summary>
internal static class ResultWords
{
    public const string Busy = "OrchestratorBusy";
    public const string Closed = "session closed";
    public const string MismatchedSegments = "MismatchedSegments";
    public const string Unexpected = "internal error";

    /// <summary>The text for the gateway, or null when there is a result.</summary>
    public static string? ErrorOf(SessionAnswer answer) => answer switch
    {
        SessionAnswer.Busy => Busy,
        SessionAnswer.Closed => Closed,
        SessionAnswer.Answered { Result: SegmentResult.BadInput bad } => bad.Word,
        SessionAnswer.Answered { Result: SegmentResult.Failed failed } => Of(failed.Fault),
        _ => null,
    };

    private static string Of(PoolFault fault) => fault switch
    {
        PoolFault.NoCapableWorker => "no transcoders can provide requested capabilities",
        PoolFault.NoFreeWorker => "no transcoders available",
        PoolFault.WorkersFailed => "Remote transcoder took too long",
        PoolFault.NotSettled => Unexpected,
        _ => Unexpected,
    };
}
