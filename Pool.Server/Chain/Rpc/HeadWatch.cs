namespace Pool.Server.Chain.Rpc;

/// <summary>The highest block any endpoint has told of, so that one that is behind does not make time run backwards.</summary>
internal sealed class HeadWatch(RpcLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();
    private ulong _highest;
    private RpcEndpoint? _teller;
    private DateTimeOffset _toldAt;

    /// <summary>
    /// An endpoint tells its newest block. It may be lower than before where the same endpoint says so, because a chain can be rolled back, and where the
    /// one that told more has been silent for long; it may not be lower than what another one has just told.
    /// </summary>
    /// <exception cref="EndpointException">The endpoint is behind; ill if it is by more than <see cref="RpcLimits.HeadLag"/> blocks.</exception>
    public void Tell(RpcEndpoint endpoint, ulong number)
    {
        lock (_gate)
        {
            var behind = Behind(endpoint, number);
            if (behind > 0)
            {
                throw IsBehind(number, behind);
            }

            (_highest, _teller, _toldAt) = (number, endpoint, time.GetUtcNow());
        }
    }

    /// <summary>The same for an endpoint that comes back: it may be a little behind and still answer other questions.</summary>
    /// <exception cref="EndpointException">The endpoint is behind by more than <see cref="RpcLimits.HeadLag"/> blocks.</exception>
    public void Admit(RpcEndpoint endpoint, ulong number)
    {
        lock (_gate)
        {
            var behind = Behind(endpoint, number);
            if (behind > limits.HeadLag)
            {
                throw IsBehind(number, behind);
            }
        }
    }

    private ulong Behind(RpcEndpoint endpoint, ulong number) =>
        number >= _highest || ReferenceEquals(endpoint, _teller) || time.GetUtcNow() - _toldAt > limits.HeadMemory ? 0 : _highest - number;

    private EndpointException IsBehind(ulong number, ulong behind) =>
        new($"its newest block is {number}, {behind} behind what another endpoint told") { IsIll = behind > limits.HeadLag };
}
