using System.Reflection;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pool.Server.Data;
using Pool.Server.Dispatch;
using Pool.Server.Node;
using Pool.Server.Segments;
using Pool.Server.Sessions;
using Pool.Server.Settlement;
using Pool.Server.Workers;
using Pool.Shared.Ethereum;

namespace Pool.Server.Admin;

/// <summary>Reads the status: what is connected from memory, what was done from the books. It answers also while the database is away.</summary>
internal sealed partial class StatusReader(
    IDbContextFactory<PoolDbContext> databases, DatabaseRetry retry, WorkerRegistry registry, SessionRegistry sessions, SegmentDispatcher dispatcher, ISettlement settlement, Spool spool,
    IOptions<NodeOptions> node, WebIdentity web, TimeProvider time, ILogger<StatusReader> logger)
{
    private const string Ready = "ready";
    private const string Away = "away";
    private const string Primary = "primary";
    private const string Transcoded = "transcoded";

    /// <summary>How long the operator waits for a database that is away, and for one that is slow.</summary>
    private static readonly Patience s_patience = new(RetryFor: TimeSpan.FromSeconds(0.5), Limit: TimeSpan.FromSeconds(20));

    private static readonly TimeSpan s_bookPatience = TimeSpan.FromSeconds(0.5);

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    private sealed record Work(Guid Worker, long Segments, long Pixels, long Frames);

    private sealed record Books(List<WorkerStatus> Workers, TotalStatus Totals);

    public async Task<PoolStatus> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var books = await retry.RunAsync(ReadBooksAsync, s_patience, cancellationToken);
            return Status(Ready, books.Workers, books.Totals);
        }
        catch (Exception failure) when (DatabaseRetry.IsAway(failure))
        {
            LogAway(failure.Message);
            return Status(Away, [.. registry.Connected.Select(Describe)], null);
        }
    }

    private PoolStatus Status(string database, List<WorkerStatus> workers, TotalStatus? totals) =>
        new(Node(), database, Journal(), new SpoolStatus(spool.Bytes, spool.MaxBytes), Slots(), workers, [.. sessions.Active.Select(Describe)], totals, Certificate());

    private CertificateStatus? Certificate() => web.IsSecure
        ? new CertificateStatus(web.Certificate.Name, web.Certificate.ExpiresAt, web.ExpiresSoon, web.Fault)
        : null;

    private JournalStatus Journal()
    {
        var figures = settlement.Figures;
        return new JournalStatus(figures.JournalBytes, figures.JournalMaxBytes, figures.Waiting, figures.Refused, figures.AwaySince);
    }

    private SlotStatus Slots()
    {
        var connected = registry.Connected;
        return new SlotStatus(connected.Sum(worker => worker.InFlight), connected.Sum(worker => worker.Capacity), dispatcher.Waiting);
    }

    private async Task<Books> ReadBooksAsync(CancellationToken cancellationToken)
    {
        await WaitForBooksAsync(cancellationToken);
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var workers = await ReadWorkersAsync(db, cancellationToken);
        return new Books(workers, await ReadTotalsAsync(db, workers, cancellationToken));
    }

    /// <summary>What was answered just now is on its way into the books: the totals should have it, if that does not take long.</summary>
    private async Task WaitForBooksAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_bookPatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        await settlement.WhenBookedAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private NodeStatus Node() => new(
        typeof(StatusReader).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        node.Value.EffectiveServiceUri.GetLeftPart(UriPartial.Authority), Address.Zero.ToString(), _startedAt);

    private async Task<List<WorkerStatus>> ReadWorkersAsync(PoolDbContext db, CancellationToken cancellationToken)
    {
        var work = await db.Database.SqlQuery<Work>($"""
            SELECT worker_id AS "Worker", count(*) AS "Segments", sum(pixels)::bigint AS "Pixels", sum(frames)::bigint AS "Frames"
            FROM contributions WHERE role = {Primary} GROUP BY worker_id
            """).ToDictionaryAsync(row => row.Worker, cancellationToken);
        var known = await db.Set<Worker>().AsNoTracking().OrderBy(worker => worker.FirstJoinedAt).ToListAsync(cancellationToken);
        return [.. known.Select(worker => Describe(worker, work.GetValueOrDefault(worker.Id.Value)))];
    }

    private WorkerStatus Describe(Worker worker, Work? work)
    {
        var connected = registry.Find(worker.Id);
        return new WorkerStatus(
            worker.Id.Value, worker.NodeKey.ToString(), worker.Payee.ToString(), worker.Device, worker.Software,
            connected is not null, connected?.Capacity ?? 0, connected?.InFlight ?? 0,
            work?.Segments ?? 0, (work?.Pixels ?? 0).ToString(), work?.Frames ?? 0,
            Speed(connected));
    }

    private static WorkerStatus Describe(ConnectedWorker worker) => new(
        worker.Identity.Id.Value, worker.Identity.NodeKey.ToString(), worker.Identity.Payee.ToString(), worker.Identity.Device,
        worker.Identity.Software, true, worker.Capacity, worker.InFlight, null, null, null, Speed(worker));

    private static double? Speed(ConnectedWorker? worker) => worker?.MegapixelsPerSecond is { } speed ? Math.Round(speed, 2) : null;

    private SessionStatus Describe(Session session) => new(
        session.Id, Printable(session.ManifestId.Span), session.Gateway, session.Segments, session.IsWorking, dispatcher.WorkerOf(session.Id)?.Value);

    private static async Task<TotalStatus> ReadTotalsAsync(PoolDbContext db, List<WorkerStatus> workers, CancellationToken cancellationToken)
    {
        var outcomes = await db.Set<SettledSegment>().GroupBy(segment => segment.Outcome)
            .Select(group => new { group.Key, Count = group.LongCount() }).ToListAsync(cancellationToken);
        var contributions = await db.Set<Contribution>().LongCountAsync(cancellationToken);
        var all = outcomes.Sum(outcome => outcome.Count);
        var good = outcomes.Where(outcome => outcome.Key == Transcoded).Sum(outcome => outcome.Count);
        var pixels = workers.Aggregate(System.Numerics.BigInteger.Zero, (sum, worker) => sum + System.Numerics.BigInteger.Parse(worker.Pixels ?? "0"));
        return new TotalStatus(all, good, all - good, contributions, pixels.ToString());
    }

    /// <summary>A manifest id is any bytes a stranger likes: control characters do not reach a terminal.</summary>
    private static string Printable(ReadOnlySpan<byte> manifestId)
    {
        const int MaxLength = 64;
        var text = Encoding.UTF8.GetString(manifestId);
        return new string([.. text.Take(MaxLength).Select(letter => char.IsControl(letter) ? '?' : letter)]);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The status is without the books, the database is away: {Fault}")]
    private partial void LogAway(string fault);
}
