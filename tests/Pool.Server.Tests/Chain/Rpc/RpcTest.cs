using Microsoft.AspNetCore.Http;
using Pool.Server.Chain.Rpc;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;

namespace Pool.Server.Tests.Chain.Rpc;

/// <summary>Two nodes, the preferred one and another, and a client of both.</summary>
public abstract class RpcTest : IAsyncLifetime
{
    private protected static readonly Address s_contract = Address.FromWire([.. Enumerable.Repeat((byte)0xAB, Address.Bytes)]);

    private readonly List<IDisposable> _clients = [];

    private protected FakeNode Preferred { get; private set; } = null!; // InitializeAsync

    private protected FakeNode Other { get; private set; } = null!; // InitializeAsync

    private protected JsonRpc Rpc { get; private set; } = null!; // InitializeAsync

    private protected ShiftedTime Time { get; } = new();

    private protected KeptLog<JsonRpc> Log { get; } = new();

    /// <summary>The limits in earnest, but for a pause that nobody waits for.</summary>
    private protected static RpcLimits Limits { get; } = new() { Pause = TimeSpan.FromMilliseconds(1) };

    public async Task InitializeAsync()
    {
        Preferred = await FakeNode.StartAsync();
        Other = await FakeNode.StartAsync();
        Rpc = Client(Limits, Preferred.Url, Other.Url);
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await Preferred.DisposeAsync();
        await Other.DisposeAsync();
    }

    private protected JsonRpc Client(RpcLimits limits, params Uri[] urls)
    {
        var client = new JsonRpc(urls, chainId: 31337, Time, Log, limits);
        _clients.Add(client);
        return client;
    }

    private protected Task<BlockHeader?> LatestAsync() => Rpc.BlockAsync(BlockTag.Latest, CancellationToken.None);

    /// <summary>Every request is answered with this status and nothing else.</summary>
    private protected static Func<HttpContext, Task<bool>> Status(int status) => context =>
    {
        context.Response.StatusCode = status;
        return Task.FromResult(true);
    };
}
