using Pool.Server.Signing;
using Pool.Server.Tests.Kit;
using Pool.Server.Tests.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Money;

namespace Pool.Server.Tests.Signing;

/// <summary>The signer's desk behind its real socket, and the server's side of it.</summary>
internal sealed class SignerUnderTest : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pool-signer-");
    private CancellationTokenSource? _stop;
    private Task _running = Task.CompletedTask;
    private SpendingBook? _book;
    private SignerListener? _listener;

    public static Address Wallet { get; } = Address.FromWire([.. Enumerable.Repeat((byte)0x77, Address.Bytes)]);

    public static Address Stranger { get; } = Address.FromWire([.. Enumerable.Repeat((byte)0x99, Address.Bytes)]);

    public static ContractSet Contracts => ContractSet.ArbitrumOne;

    public EthereumKey Key { get; set; } = EthereumKey.FromBytes(Keccak256.Hash("the signer's key of a test"u8));

    public SignerSettings Settings { get; } = new() { PayoutWallet = Wallet.ToString(), MaxPayout = "1 ETH", MaxPayoutPerDay = "2 ETH", MaxLptPayout = "10 LPT", MaxLptPayoutPerDay = "15 LPT" };

    public ShiftedTime Time { get; } = new();

    public KeptLog<SignerDesk> Log { get; } = new();

    public string Folder => _folder.FullName;

    public string Socket => Path.Combine(Folder, "signer.sock");

    /// <summary>One that listens.</summary>
    public static SignerUnderTest Begin()
    {
        var signer = new SignerUnderTest();
        signer.Start();
        return signer;
    }

    /// <summary>Begins to listen with the settings as they are now.</summary>
    public void Start()
    {
        _stop = new CancellationTokenSource();
        _book = new SpendingBook(Folder, Time);
        var desk = new SignerDesk(Key, SignerTerms.Read(Settings, Key.Address), _book, Time, Log);
        _listener = new SignerListener(Socket, desk, Time, new KeptLog<SignerListener>());
        _running = _listener.RunAsync(_stop.Token);
    }

    public async Task StopAsync()
    {
        if (_stop is { } stop)
        {
            _stop = null;
            await stop.CancelAsync();
            await _running.WaitAsync(Patience.Limit);
            await _listener!.DisposeAsync();
            _book!.Dispose();
            stop.Dispose();
        }
    }

    public Task<SignerClient> ConnectAsync() => SignerClient.ConnectAsync(Socket, Patience.Limit, TimeProvider.System, CancellationToken.None);

    /// <summary>A transaction as the outbox makes it.</summary>
    public static Transaction1559 Transaction(Address? to, byte[] data, ulong nonce = 0) => new()
    {
        ChainId = ContractSet.ArbitrumOneChainId,
        Nonce = nonce,
        MaxFeePerGas = Wei.OneGwei,
        MaxPriorityFeePerGas = Wei.Zero,
        GasLimit = 100_000,
        To = to,
        Data = data,
    };

    /// <summary>Signs it, and the bytes are of this key.</summary>
    public static async Task<SignedTransaction> SignAsync(SignerClient client, TransactionPurpose purpose, Transaction1559 transaction)
    {
        var signed = await client.SignAsync(purpose, transaction, CancellationToken.None);
        Assert.Equal((client.Account, transaction), (signed.Sender, signed.Transaction));
        return signed;
    }

    /// <summary>Why it does not sign this.</summary>
    public static async Task<string> RefusalAsync(SignerClient client, TransactionPurpose purpose, Transaction1559 transaction)
    {
        var refused = await Assert.ThrowsAsync<SignerException>(() => client.SignAsync(purpose, transaction, CancellationToken.None));
        Assert.True(refused.IsRefusal, refused.Message);
        return refused.Message;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Key.Dispose();
        _folder.Delete(recursive: true);
    }
}
