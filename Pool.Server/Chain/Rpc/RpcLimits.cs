namespace Pool.Server.Chain.Rpc;

/// <summary>Every limit of the JSON-RPC client.</summary>
internal sealed record RpcLimits
{
    /// <summary>Those of a server in earnest.</summary>
    public static RpcLimits Default { get; } = new();

    /// <summary>One question to one endpoint: a node that is well answers in milliseconds, a large query for logs in seconds.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Everything that is tried for one question.</summary>
    public TimeSpan Whole { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>How often all endpoints are gone through before it is said that none answers.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Pause before the second time through; it doubles each time.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How long an endpoint that failed is left alone; it doubles with each failure in a row.</summary>
    public TimeSpan FirstRest { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest rest: an endpoint that is well again is found by then.</summary>
    public TimeSpan LongestRest { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Largest answer that is read: ten thousand logs, the most that providers give, have about 10 MB.</summary>
    public int AnswerBytes { get; init; } = 32 * 1024 * 1024;

    /// <summary>Questions in one request; providers refuse more.</summary>
    public int BatchCalls { get; init; } = 100;

    /// <summary>Blocks of one query for logs (protocol §6.2).</summary>
    public ulong LogBlocks { get; init; } = 1000;

    /// <summary>Blocks by which an endpoint may be behind another one and still not be ill: ten seconds of Arbitrum One.</summary>
    public ulong HeadLag { get; init; } = 40;

    /// <summary>How long the highest block that was told is believed after the endpoint that told it has fallen silent.</summary>
    public TimeSpan HeadMemory { get; init; } = TimeSpan.FromMinutes(2);
}
