using Microsoft.Extensions.Logging;

namespace Pool.Server.Chain.Rpc;

/// <summary>The endpoints in order of preference: asks the first that is well, then the next; a failing one rests, one on another chain is never used.</summary>
internal sealed partial class EndpointPool : IDisposable
{
    private readonly Lock _gate = new();
    private readonly EndpointHealth[] _endpoints;
    private readonly ulong _chainId;
    private readonly RpcLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public EndpointPool(IEnumerable<Uri> urls, ulong chainId, RpcLimits limits, TimeProvider time, ILogger logger)
    {
        (_chainId, _limits, _time, _logger) = (chainId, limits, time, logger);
        _endpoints = [.. urls.Select(url => new EndpointHealth(new RpcEndpoint(url, limits, time)))];
        ArgumentOutOfRangeException.ThrowIfZero(_endpoints.Length, nameof(urls));
        Heads = new HeadWatch(limits, time);
    }

    /// <summary>How far the chain is.</summary>
    public HeadWatch Heads { get; }

    /// <summary>Puts a question to one endpoint after the other until one answers it; it must be one that may be put twice.</summary>
    /// <param name="what">What is asked, for people.</param>
    /// <param name="ask">Puts it to an endpoint.</param>
    /// <param name="cancellationToken">The caller gives up.</param>
    /// <exception cref="RpcException">None answered.</exception>
    public async Task<T> AskAsync<T>(string what, Func<RpcEndpoint, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var lapse = new CancellationTokenSource(_limits.Whole, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(lapse.Token, cancellationToken);
        var faults = new Faults();
        try
        {
            var pause = _limits.Pause;
            for (var round = 0; round < _limits.Rounds; round++)
            {
                if (round > 0)
                {
                    await Task.Delay(pause, _time, stop.Token);
                    pause *= 2;
                }

                faults.Clear();
                foreach (var health in InOrder())
                {
                    try
                    {
                        await NeedKnownAsync(health, stop.Token);
                        var answer = await ask(health.Endpoint, stop.Token);
                        Answered(health);
                        return answer;
                    }
                    catch (EndpointException fault)
                    {
                        Failed(health, fault);
                        faults.Add(health.Endpoint, fault);
                    }
                }

                if (!faults.MayPass)
                {
                    break;
                }
            }
        }
        catch (OperationCanceledException) when (lapse.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw faults.ToException($"{what}: no endpoint answered within {_limits.Whole.TotalSeconds:0.###} s");
        }

        throw faults.ToException($"{what}: no endpoint answers");
    }

    /// <summary>Puts something to the first endpoint that can be reached, once: it goes on to the next only where nothing can have been sent.</summary>
    /// <exception cref="EndpointException">No endpoint can be reached, or what it answered cannot be used: it may have taken it.</exception>
    public async Task<RpcReply> AskOnceAsync(RpcQuestion question, CancellationToken cancellationToken)
    {
        var faults = new Faults();
        foreach (var health in InOrder())
        {
            try
            {
                await NeedKnownAsync(health, cancellationToken);
            }
            catch (EndpointException fault)
            {
                Failed(health, fault);
                faults.Add(health.Endpoint, fault);
                continue;
            }

            try
            {
                var reply = (await health.Endpoint.AskAsync([question], cancellationToken))[0];
                Answered(health);
                return reply;
            }
            catch (EndpointException fault)
            {
                Failed(health, fault);
                faults.Add(health.Endpoint, fault);
                if (!fault.WasNeverSent)
                {
                    break;
                }
            }
        }

        throw new EndpointException(faults.ToString());
    }

    public void Dispose() => Array.ForEach(_endpoints, health => health.Endpoint.Dispose());

    /// <summary>Those that are well in order of preference, then those that rest: they are asked before it is said that none answers.</summary>
    private EndpointHealth[] InOrder()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            return [.. _endpoints.OrderBy(health => health.RestsUntil > now)];
        }
    }

    /// <summary>Before its first use, and after each failure, an endpoint has to say that it is on our chain and not far behind.</summary>
    private async Task NeedKnownAsync(EndpointHealth health, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (health.IsKnown)
            {
                return;
            }
        }

        var replies = await health.Endpoint.AskAsync([new RpcQuestion("eth_chainId"), new RpcQuestion("eth_blockNumber")], cancellationToken);
        var chainId = RpcJson.Quantity(replies[0].Value);
        if (chainId != _chainId)
        {
            throw new EndpointException($"it is on chain {chainId}, not on chain {_chainId}") { IsPassing = false };
        }

        Heads.Admit(health.Endpoint, RpcJson.Number(replies[1].Value));
        lock (_gate)
        {
            health.Know();
        }
    }

    private void Answered(EndpointHealth health)
    {
        bool recovered;
        lock (_gate)
        {
            recovered = health.Recover();
        }

        if (recovered)
        {
            LogRecovered(health.Endpoint.Name);
        }
    }

    private void Failed(EndpointHealth health, EndpointException fault)
    {
        if (!fault.IsIll)
        {
            return;
        }

        bool isNew;
        lock (_gate)
        {
            isNew = health.Fail(_time.GetUtcNow(), _limits);
        }

        if (isNew)
        {
            LogFailed(health.Endpoint.Name, fault.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Chain endpoint {Endpoint} rests: {Fault}")]
    private partial void LogFailed(string endpoint, string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Chain endpoint {Endpoint} answers again")]
    private partial void LogRecovered(string endpoint);

    /// <summary>What each endpoint did not answer, in the last time through.</summary>
    private sealed class Faults
    {
        private readonly List<(RpcEndpoint Endpoint, EndpointException Fault)> _faults = [];
        private List<(RpcEndpoint Endpoint, EndpointException Fault)> _before = [];

        public bool MayPass => _faults.Exists(entry => entry.Fault.IsPassing);

        public void Add(RpcEndpoint endpoint, EndpointException fault) => _faults.Add((endpoint, fault));

        public void Clear()
        {
            _before = [.. _faults];
            _faults.Clear();
        }

        public RpcException ToException(string what) => new($"{what} ({this})", Current.Count > 0 ? Current[^1].Fault : null);

        public override string ToString() => string.Join("; ", Current.Select(entry => $"{entry.Endpoint.Name}: {entry.Fault.Message}"));

        private List<(RpcEndpoint Endpoint, EndpointException Fault)> Current => _faults.Count > 0 ? _faults : _before;
    }
}
