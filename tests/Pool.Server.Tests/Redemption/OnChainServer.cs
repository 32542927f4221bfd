using System.Numerics;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pool.Server.Chain;
using Pool.Server.Ledger;
using Pool.Server.Settlement;
using Pool.Server.Signing;
using Pool.Server.Tests.Kit;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer.Tickets;
using Pool.Shared.Money;
using Pool.Tests.Chain;

namespace Pool.Server.Tests.Redemption;

/// <summary>The real server on a local chain with Livepeer's contracts, with the real signer behind its socket. Blocks stay when two are on top of them.</summary>
internal sealed class OnChainServer : IAsyncDisposable
{
    public const ulong BlocksOnTop = 2;

    private readonly DirectoryInfo _signerFolder;
    private readonly CancellationTokenSource _stop = new();
    private readonly SpendingBook _spending;
    private readonly SignerListener _listener;
    private readonly Task _signing;

    private OnChainServer(LocalChain chain)
    {
        Chain = chain;
        _signerFolder = Directory.CreateTempSubdirectory("pool-signer-");
        _spending = new SpendingBook(_signerFolder.FullName, TimeProvider.System);
        var desk = new SignerDesk(Key, SignerTerms.Read(Settings(chain), Key.Address), _spending, TimeProvider.System, NullLogger<SignerDesk>.Instance);
        _listener = new SignerListener(Socket, desk, TimeProvider.System, NullLogger<SignerListener>.Instance);
        _signing = _listener.RunAsync(_stop.Token);
    }

    public static EthereumKey Key => DevAccounts.Orchestrator;

    public LocalChain Chain { get; }

    public RunningServer Server { get; private set; } = null!;   // StartAsync

    public IChainView View => Server.Services.GetRequiredService<IChainView>();

    public ILedger Ledger => Server.Services.GetRequiredService<ILedger>();

    private string Socket => Path.Combine(_signerFolder.FullName, "signer.sock");

    /// <summary>Registers the orchestrator, active in the round that is then, funds the gateway, and starts the server.</summary>
    public static async Task<OnChainServer> StartAsync(LocalChain chain, params (string Key, string Value)[] settings)
    {
        await chain.RegisterOrchestratorAsync(Key, LptWei.OneLpt * 10_000, 100_000, 500_000, "https://127.0.0.1:8935");
        await chain.FundGatewayAsync(DevAccounts.Gateway, Wei.OneEth * 10, Wei.OneEth * 10);
        await chain.NextRoundAsync();
        await chain.Node.MineAsync(BlocksOnTop + 1);
        var started = new OnChainServer(chain);
        started.Server = await RunningServer.StartAsync(
        [
            ("Chain:Network", "local"), ("Chain:ChainId", $"{AnvilNode.ChainId}"), ("Chain:RpcUrls:0", chain.Node.Url.ToString()),
            ("Chain:Controller", chain.Contracts.Controller.Address.ToString()), ("Chain:Finality", $"{BlocksOnTop}"), ("Chain:PollInterval", "00:00:00.050"),
            ("Signing:Socket", started.Socket), ("Tickets:PricePerUnit", "1200"), .. settings,
        ]);
        return started;
    }

    /// <summary>Winning tickets of the gateway, durable as they are when a segment has paid with them.</summary>
    /// <param name="count">How many.</param>
    /// <param name="faceValue">What each pays.</param>
    /// <param name="expiresIn">L1 blocks that their parameters still take tickets.</param>
    public async Task<IReadOnlyList<Ticket>> WinAsync(int count, Wei faceValue, int expiresIn = 0)
    {
        var rand = new RecipientRand(new BigInteger(RandomNumberGenerator.GetBytes(Bytes32.Length), isUnsigned: true));
        var nonces = Enumerable.Range(1, count).Select(number => (uint)number).ToList();
        var record = new PaymentRecord
        {
            Id = Guid.CreateVersion7(),
            ReceivedAt = Server.Time.GetUtcNow(),
            SessionId = "a session",
            Recipient = Key.Address,
            Terms = new RecipientRandTerms
            {
                Seed = 1,
                Sender = DevAccounts.Gateway.Address,
                FaceValue = faceValue,
                WinProbability = WinProbability.Highest,
                ExpirationBlock = View.Now.Head.L1Number + (ulong)expiresIn,
                PricePerPixel = Ratio.One,
                Created = await Chain.CreationRoundAsync(),
            },
            RecipientRandHash = rand.Hash(),
            ExpirationBlock = (long)View.Now.Head.L1Number + expiresIn,
            Nonces = nonces,
            Credited = count,
            Credit = new Ratio(faceValue.Value * count, 1),
            SessionPrice = Ratio.One,
            Winners = [],
        };
        var tickets = nonces.ConvertAll(record.TicketOf);
        await Server.Settlement.SettleAsync(record with
        {
            Winners = [.. tickets.Select(ticket => new PaymentWinner(ticket.SenderNonce, ticket.Sign(DevAccounts.Gateway), rand.Value))],
        });
        return tickets;
    }

    /// <summary>Waits until a count in the database is this one; meanwhile the chain goes on.</summary>
    public Task WaitForAsync(long expected, string sql) => Eventually.IsSoAsync(
        $"{sql} is {expected}",
        async () =>
        {
            await Chain.Node.MineAsync();
            return await Server.ReadAsync(sql) == expected;
        });

    /// <summary>Proves the ledger, and that it is what the contracts say.</summary>
    public async Task CheckAsync()
    {
        var report = await Server.Services.GetRequiredService<LedgerCheck>().RunAsync(CancellationToken.None);
        Assert.True(report.IsRight, string.Join('\n', report.Findings.Select(finding => $"{finding.Subject}: {finding.Text}")));
        Assert.Equal(3, report.ChainFigures);
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is { } server)
        {
            await server.DisposeAsync();
        }

        await _stop.CancelAsync();
        await _signing.WaitAsync(Patience.Limit);
        await _listener.DisposeAsync();
        _spending.Dispose();
        _stop.Dispose();
        _signerFolder.Delete(recursive: true);
    }

    private static SignerSettings Settings(LocalChain chain) => new()
    {
        ChainId = AnvilNode.ChainId,
        TicketBroker = chain.Contracts.TicketBroker.Address.ToString(),
        BondingManager = chain.Contracts.BondingManager.Address.ToString(),
        RoundsManager = chain.Contracts.RoundsManager.Address.ToString(),
        ServiceRegistry = chain.Contracts.ServiceRegistry.Address.ToString(),
        LivepeerToken = chain.Contracts.LivepeerToken.Address.ToString(),
        MaxGasCostPerDay = "10 ETH",
        MaxFeePerGas = "100 gwei",
    };
}
