namespace Pool.Server.Chain.Rpc;

/// <summary>How an endpoint is doing. Owned by <see cref="EndpointPool"/>, under its lock.</summary>
internal sealed class EndpointHealth(RpcEndpoint endpoint)
{
    private int _failures;

    public RpcEndpoint Endpoint => endpoint;

    /// <summary>Whether it has told since its last failure that it is on our chain; without that it is asked nothing else.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Until when it is left alone, if another one answers.</summary>
    public DateTimeOffset RestsUntil { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>It is on our chain.</summary>
    public void Know() => IsKnown = true;

    /// <summary>It answered.</summary>
    /// <returns>Whether it had failed before.</returns>
    public bool Recover()
    {
        var hadFailed = _failures > 0;
        _failures = 0;
        RestsUntil = DateTimeOffset.MinValue;
        return hadFailed;
    }

    /// <summary>It failed: it rests, the longer the more often in a row.</summary>
    /// <returns>Whether it had been well before.</returns>
    public bool Fail(DateTimeOffset now, RpcLimits limits)
    {
        IsKnown = false;
        var rest = limits.FirstRest;
        for (var failure = 0; failure < _failures && rest < limits.LongestRest; failure++)
        {
            rest *= 2;
        }

        RestsUntil = now + (rest < limits.LongestRest ? rest : limits.LongestRest);
        return _failures++ == 0;
    }
}
