namespace Pool.Server.Sessions;

/// <summary>Whether a segment may come in.</summary>
public enum ArrivalVerdict
{
    /// <summary>It may.</summary>
    Welcome,

    /// <summary>Its session is not active and there is no room for it (protocol §4.2, step 11).</summary>
    Capped,

    /// <summary>Its session has more segments on their way in than it could ever have in work.</summary>
    Busy,
}

/// <summary>A segment on its way in. While it is held its session is not idle; dispose of it when the segment is in the session's queue or was refused.</summary>
public sealed class SessionArrival : IDisposable
{
    private Action? _leave;

    internal SessionArrival(ArrivalVerdict verdict, Action? leave) => (Verdict, _leave) = (verdict, leave);

    public ArrivalVerdict Verdict { get; }

    public void Dispose() => Interlocked.Exchange(ref _leave, null)?.Invoke();
}
