using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pool.Server.Dispatch;
using Pool.Server.Node;
using Pool.Server.Segments;
using Pool.Server.Workers;
using Pool.Shared.Contracts;

namespace Pool.Server.Sessions;

/// <summary>
/// The sessions that are active now, known by the session id of their auth token. A restart forgets them, but the token stays good:
/// the next segment makes the session again.
/// </summary>
public sealed partial class SessionRegistry(
    SegmentDispatcher dispatcher, WorkerRegistry workers, Spool spool,
    IOptions<SessionsOptions> options, IOptions<SpoolOptions> spoolOptions, TimeProvider time, ILogger<SessionRegistry> logger)
{
    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly Tally _perAddress = new(options.Value.MaxPerAddress);
    private readonly Tally _arriving = new(options.Value.MaxArriving);
    private readonly LogThrottle _log = new(time);
    private readonly Lock _gate = new();
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public IReadOnlyCollection<Session> Active => [.. _sessions.Values];

    /// <summary>Sessions at once that can be served: what connected workers take, capped by the setting.</summary>
    public int MaxSessions => Math.Min(options.Value.MaxSessions, workers.Capacity);

    /// <summary>Whether a new session from this address would find room (protocol §3.3, step 2).</summary>
    public bool HasRoomFor(string address) => dispatcher.TakesNewSessions && _sessions.Count < MaxSessions && !_perAddress.IsFull(address);

    /// <summary>Segments of a session that are on their way in.</summary>
    public long Arriving(string sessionId) => _arriving.Of(sessionId);

    /// <summary>A segment begins to come in (protocol §4.2, step 11). It takes no session's place: only a segment that is what it says it is does.</summary>
    /// <param name="sessionId">Session id of its auth token.</param>
    /// <param name="address">Whom its limits are counted for.</param>
    /// <param name="issuedBy">By when its auth token was issued.</param>
    public SessionArrival Arrive(string sessionId, string address, DateTimeOffset issuedBy)
    {
        lock (_gate)
        {
            var known = _sessions.GetValueOrDefault(sessionId);
            if (known is null && !MayOpen(address, issuedBy))
            {
                return new SessionArrival(ArrivalVerdict.Capped, null);
            }

            if (!_arriving.TryTake(sessionId))
            {
                return new SessionArrival(ArrivalVerdict.Busy, null);
            }

            known?.Touch(time.GetUtcNow());
            return new SessionArrival(ArrivalVerdict.Welcome, () => _arriving.GiveBack(sessionId));
        }
    }

    /// <summary>
    /// The session with this id for a segment that has come in, new if there is room (protocol §4.7: a session becomes active with its first
    /// accepted segment). Null is the network's <c>OrchestratorCapped</c>.
    /// </summary>
    public Session? Admit(string sessionId, ReadOnlyMemory<byte> manifestId, string gateway, string address, DateTimeOffset issuedBy)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(sessionId, out var known))
            {
                known.Touch(time.GetUtcNow());
                return known;
            }

            if (!MayOpen(address, issuedBy) || !_perAddress.TryTake(address))
            {
                return null;
            }

            var session = new Session(sessionId, manifestId, gateway, address, dispatcher, time);
            _sessions[sessionId] = session;
            if (MayLog())
            {
                LogOpened(sessionId, _sessions.Count);
            }

            return session;
        }
    }

    private bool MayOpen(string address, DateTimeOffset issuedBy) =>
        dispatcher.TakesNewSessions && _sessions.Count < (IsForgotten(issuedBy) ? options.Value.MaxSessions : MaxSessions) && !_perAddress.IsFull(address);

    /// <summary>
    /// Whether a session that is not known is one that a restart forgot. It finds its workers coming back one by one: until they have had their time for
    /// it, only the setting bounds it, and its segments wait for them. The same while nobody is connected at all.
    /// </summary>
    private bool IsForgotten(DateTimeOffset issuedBy) =>
        workers.Capacity == 0 || (issuedBy <= _startedAt && time.GetUtcNow() - _startedAt < WorkerLink.LongestRedial);

    /// <summary>Ends a session (protocol §4.7, §4.12). An unknown one is nothing.</summary>
    public void Close(string sessionId)
    {
        if (_sessions.TryRemove(sessionId, out var session))
        {
            End(session);
        }
    }

    private void End(Session session)
    {
        dispatcher.EndSession(session.Id);
        _perAddress.GiveBack(session.Address);
        var renditions = session.Close();
        if (MayLog())
        {
            LogClosed(session.Id, session.Segments);
        }

        if (renditions.Count > 0)
        {
            DeleteAfterGrace(renditions);
        }
    }

    /// <summary>Closes every session without a segment for the idle time.</summary>
    public void CloseIdle()
    {
        foreach (var session in TakeIdle())
        {
            End(session);
        }
    }

    /// <summary>Idle sessions are taken out in one step with looking at them, so that none ends under a segment that has just been admitted.</summary>
    private List<Session> TakeIdle()
    {
        lock (_gate)
        {
            var oldest = time.GetUtcNow() - options.Value.Idle;
            return [.. _sessions.Values.Where(session => !session.IsWorking && _arriving.Of(session.Id) == 0 && session.LastSegmentAt < oldest && _sessions.TryRemove(session.Id, out _))];
        }
    }

    private void DeleteAfterGrace(IReadOnlyList<SpoolFile> renditions)
    {
        ITimer? timer = null;
        timer = time.CreateTimer(
            _ =>
            {
                foreach (var rendition in renditions)
                {
                    spool.Delete(rendition);
                }

                timer?.Dispose();
            },
            null, spoolOptions.Value.Grace, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Sessions are strangers' to open: only some of a second's are named, and the others counted.</summary>
    private bool MayLog()
    {
        var mayLog = _log.TryPass(out var withheld);
        if (withheld > 0)
        {
            LogWithheld(withheld);
        }

        return mayLog;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} opened, {Active} active")]
    private partial void LogOpened(string sessionId, int active);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} closed after {Segments} segments")]
    private partial void LogClosed(string sessionId, long segments);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Withheld} more sessions opened or closed in the seconds before")]
    private partial void LogWithheld(long withheld);
}
