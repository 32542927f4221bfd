using System.Threading.Channels;
using Pool.Server.Node;
using Pool.Shared.Contracts;
using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>
/// Signs receipts and sends them to their workers, beside the segments' way: no gateway waits for a signature. A worker that is not connected gets none;
/// what it has earned is in the books all the same.
/// </summary>
public sealed partial class ReceiptSender(ReceiptKey key, WorkerRegistry workers, TimeProvider time, ILogger<ReceiptSender> logger) : BackgroundService
{
    /// <summary>Receipts that wait to be signed; one more is not sent.</summary>
    private const int MaxWaiting = 10_000;

    private readonly LogThrottle _log = new(time);
    private readonly Channel<(WorkerId Worker, Receipt Receipt)> _waiting =
        Channel.CreateBounded<(WorkerId Worker, Receipt Receipt)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });

    /// <summary>Address of the key that signs, EIP-55.</summary>
    public string Pool => key.Key.Address.ToString();

    /// <summary>Sends a receipt soon, and does not wait for it.</summary>
    public void Send(WorkerId worker, Receipt receipt)
    {
        if (!_waiting.Writer.TryWrite((worker, receipt)) && _log.TryPass(out var withheld))
        {
            LogTooMany(MaxWaiting, withheld);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var (worker, receipt) in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            if (workers.Find(worker) is { } connected)
            {
                // A connection that takes nothing must not hold up the receipts of others.
                _ = TellAsync(connected, receipt.Sign(key.Key));
            }
        }
    }

    private static async Task TellAsync(ConnectedWorker worker, SignedReceipt receipt) =>
        await worker.Client.Receipt(receipt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A receipt is not sent: {Limit} wait to be signed ({Withheld} like messages were not written)")]
    private partial void LogTooMany(int limit, long withheld);
}
