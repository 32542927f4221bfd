namespace Pool.Server.Dispatch;

/// <summary>How one attempt of one worker ended.</summary>
internal abstract record AttemptResult
{
    private AttemptResult()
    {
    }

    /// <summary>The segment's result: the first good one.</summary>
    public sealed record Good(IReadOnlyList<Rendition> Renditions) : AttemptResult;

    /// <summary>Good and whole, but another worker was first.</summary>
    public sealed record Second(IReadOnlyList<Rendition> Renditions) : AttemptResult;

    public sealed record BadInput(string Word) : AttemptResult;

    public sealed record Failed(AttemptFault Fault, string Reason) : AttemptResult;
}

/// <summary>Why an attempt came to nothing.</summary>
internal enum AttemptFault
{
    /// <summary>The worker says that it failed.</summary>
    WorkerFailed,

    /// <summary>The worker says that its transcoder broke down over the segment.</summary>
    TranscoderFailed,

    /// <summary>The result was not what was asked for.</summary>
    ResultRefused,

    /// <summary>The worker did not take the segment.</summary>
    Refused,

    /// <summary>The connection was lost.</summary>
    Lost,

    /// <summary>The pool took it back: the time is up, the gateway is gone, or another worker was first.</summary>
    Stopped,
}

internal static class AttemptFaults
{
    /// <summary>Whether the worker is to blame, by all one can see.</summary>
    public static bool IsWorkers(this AttemptFault fault) => fault is not (AttemptFault.Refused or AttemptFault.Stopped);

    /// <summary>Whether the worker does not get this segment again. One that was lost may come back and do it.</summary>
    public static bool Bars(this AttemptFault fault) => fault is not (AttemptFault.Lost or AttemptFault.Stopped);
}
