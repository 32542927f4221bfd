using System.Numerics;
using Microsoft.Extensions.DependencyInjection;
using NpgsqlTypes;
using Pool.Server.Ledger;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;
using Pool.Shared.Money;

namespace Pool.Benchmarks.Ledger;

/// <param name="InBatches">Transfers of postings of many, a second.</param>
/// <param name="Alone">Transfers each posted by itself, a second.</param>
/// <param name="Copied">COPY of as many rows of the same columns into a table without keys, a second.</param>
internal sealed record TransferRound(double InBatches, double Alone, double Copied);

/// <summary>Claims that are issued to many workers, by the ledger's door, and COPY of the same rows into a bare table.</summary>
internal sealed class TransferRounds(BooksUnderLoad books, IReadOnlyList<(WorkerId Worker, Address Payee)> workers, int each, TimeProvider time)
{
    /// <summary>Postings at once. All of them need the account of the issued claims, so that they wait for each other there.</summary>
    private const int Posters = 4;

    private const int BatchTransfers = 500;

    /// <summary>Transfers that are posted alone, for each that is posted in a batch.</summary>
    private const int AlonePart = 10;

    private const string Bare = """
        CREATE TABLE bench_transfers (
            key text, posting uuid, kind text, asset text, debit_account bigint, credit_account bigint, amount numeric(78,0), reason text, source_kind text, source_id text,
            epoch bigint, terms_version integer, actor text, at timestamptz)
        """;

    private const string Copy = """
        COPY bench_transfers (key, posting, kind, asset, debit_account, credit_account, amount, reason, source_kind, source_id, epoch, terms_version, actor, at)
        FROM STDIN (FORMAT binary)
        """;

    private static readonly BigInteger s_weiPerSegment = 13_679_395_200;

    private readonly ILedger _ledger = books.Services.GetRequiredService<ILedger>();
    private int _round;

    public Task PrepareAsync() => books.ExecuteAsync(Bare);

    public async Task<TransferRound> RunAsync()
    {
        var round = ++_round;
        var inBatches = await PostAsync([.. Orders($"{round}/batch", each).Chunk(BatchTransfers)], each);
        var copied = await CopyAsync(Orders($"{round}/copy", each));
        var alone = each / AlonePart;
        return new TransferRound(inBatches, await PostAsync([.. Orders($"{round}/alone", alone).Chunk(1)], alone), copied);
    }

    /// <summary>What the ledger's own check finds, and how long it looks.</summary>
    public async Task<(int Findings, TimeSpan Time)> CheckAsync()
    {
        var began = time.GetTimestamp();
        var report = await books.Services.GetRequiredService<LedgerCheck>().RunAsync(CancellationToken.None);
        return (report.Findings.Count, time.GetElapsedTime(began));
    }

    private async Task<double> PostAsync(IReadOnlyList<Transfer[]> postings, int transfers)
    {
        var began = time.GetTimestamp();
        await Parallel.ForEachAsync(postings, new ParallelOptions { MaxDegreeOfParallelism = Posters }, async (posting, stop) => await _ledger.PostAsync(posting, stop));
        return transfers / time.GetElapsedTime(began).TotalSeconds;
    }

    private async Task<double> CopyAsync(List<Transfer> transfers)
    {
        await books.ExecuteAsync("TRUNCATE bench_transfers");
        var (began, now) = (time.GetTimestamp(), time.GetUtcNow());
        await using var connection = await books.Source.OpenConnectionAsync();
        await using (var rows = await connection.BeginBinaryImportAsync(Copy))
        {
            foreach (var transfer in transfers)
            {
                await rows.StartRowAsync();
                await rows.WriteAsync(transfer.Key, NpgsqlDbType.Text);
                await rows.WriteAsync(Guid.Empty, NpgsqlDbType.Uuid);
                await rows.WriteAsync("immediate", NpgsqlDbType.Text);
                await rows.WriteAsync("ETH-CLAIM", NpgsqlDbType.Text);
                await rows.WriteAsync(1L, NpgsqlDbType.Bigint);
                await rows.WriteAsync(2L, NpgsqlDbType.Bigint);
                await rows.WriteAsync(transfer.Amount.Value, NpgsqlDbType.Numeric);
                await rows.WriteAsync("claim_issued", NpgsqlDbType.Text);
                await rows.WriteAsync("epoch", NpgsqlDbType.Text);
                await rows.WriteAsync(transfer.Grounds.Source.Id, NpgsqlDbType.Text);
                await rows.WriteAsync(transfer.Grounds.Epoch, NpgsqlDbType.Bigint);
                await rows.WriteAsync(transfer.Grounds.TermsVersion, NpgsqlDbType.Integer);
                await rows.WriteAsync(transfer.Grounds.Actor, NpgsqlDbType.Text);
                await rows.WriteAsync(now, NpgsqlDbType.TimestampTz);
            }

            await rows.CompleteAsync();
        }

        return transfers.Count / time.GetElapsedTime(began).TotalSeconds;
    }

    private List<Transfer> Orders(string name, int count)
    {
        var epoch = (long)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalDays;
        var grounds = new Grounds(Reason.ClaimIssued, new TransferSource(SourceKind.Epoch, $"{epoch}"), epoch, 1, "bench");
        return
        [
            .. Enumerable.Range(0, count).Select(number => new Transfer(
                $"{name}/{number}", Accounts.ClaimsIssued, Accounts.Provisional(workers[number % workers.Count].Worker, workers[number % workers.Count].Payee, Asset.EthClaim),
                LedgerAmount.Claim(new Wei(s_weiPerSegment + number)), grounds)),
        ];
    }
}
