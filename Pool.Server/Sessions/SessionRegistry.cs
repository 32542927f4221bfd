using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Pool.Server.Dispatch;
using Pool.Server.Segments;
using Pool.Server.Workers;

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
    private readonly Lock _gate = new();

    public IReadOnlyCollection<Session> Active => [.. _sessions.Values];

    /// <summary>Sessions at once that can be served: what connected workers take, capped by the setting.</summary>
    public int MaxSessions => Math.Min(options.Value.MaxSessions, workers.Capacity);

    /// <summary>Whether a new session would find room (protocol §3.3, step 2).</summary>
    public bool HasRoom => _sessions.Count < MaxSessions;

    /// <summary>The session with this id, new if there is room; null is the network's <c>OrchestratorCapped</c> (protocol §4.2, step 11).</summary>
    public Session? Admit(string sessionId, ReadOnlyMemory<byte> manifestId, string gateway)
    {
        lock (_gate)
        {
            if (_sessions.TryGetValue(sessionId, out var known))
            {
                known.Touch(time.GetUtcNow());
                return known;
            }

            // A session that a restart forgot finds its workers coming back: only the setting bounds it then.
            if (_sessions.Count >= (workers.Capacity > 0 ? MaxSessions : options.Value.MaxSessions))
            {
                return null;
            }

            var session = new Session(sessionId, manifestId, gateway, time.GetUtcNow(), dispatcher);
            _sessions[sessionId] = session;
            LogOpened(sessionId, _sessions.Count);
            return session;
        }
    }

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
        var renditions = session.Close();
        LogClosed(session.Id, session.Segments);
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
            return [.. _sessions.Values.Where(session => !session.IsWorking && session.LastSegmentAt < oldest && _sessions.TryRemove(session.Id, out _))];
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

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} opened, {Active} active")]
    private partial void LogOpened(string sessionId, int active);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {SessionId} closed after {Segments} segments")]
    private partial void LogClosed(string sessionId, long segments);
}
