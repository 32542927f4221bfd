using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Pool.Shared.Contracts;

namespace Pool.Server.Workers;

/// <summary>Open hub connections: bounded in number, and ended when they do not join in time.</summary>
internal sealed class JoinDeadlines(IOptions<WorkersOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (HubCallerContext Context, ITimer Deadline)> _open = new(StringComparer.Ordinal);

    /// <summary>False when too many connections are open already.</summary>
    public bool TryBegin(HubCallerContext context, Func<bool> hasJoined)
    {
        if (_open.Count >= options.Value.MaxConnections)
        {
            return false;
        }

        void EndStranger()
        {
            if (!hasJoined())
            {
                context.Abort();
            }
        }

        var deadline = time.CreateTimer(_ => EndStranger(), null, WorkerLink.JoinTimeout, Timeout.InfiniteTimeSpan);
        _open[context.ConnectionId] = (context, deadline);
        return true;
    }

    public void End(string connectionId)
    {
        if (_open.TryRemove(connectionId, out var open))
        {
            open.Deadline.Dispose();
        }
    }

    /// <summary>Ends a connection whose worker came back on another one.</summary>
    public void Abort(string connectionId)
    {
        if (_open.TryGetValue(connectionId, out var open))
        {
            open.Context.Abort();
        }
    }
}
