using System.Reflection;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Pool.Server.Data;
using Pool.Server.Dispatch;
using Pool.Server.Node;
using Pool.Server.Sessions;
using Pool.Server.Settlement;
using Pool.Server.Workers;
using Pool.Shared.Ethereum;

namespace Pool.Server.Admin;

/// <summary>Reads the status: what is connected from memory, what was done from the books.</summary>
internal sealed class StatusReader(
    IDbContextFactory<PoolDbContext> databases, WorkerRegistry registry, SessionRegistry sessions, SegmentDispatcher dispatcher,
    IOptions<NodeOptions> node, TimeProvider time)
{
    private const string Primary = "primary";
    private const string Transcoded = "transcoded";

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    private sealed record Work(Guid Worker, long Segments, long Pixels, long Frames);

    public async Task<PoolStatus> ReadAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var workers = await ReadWorkersAsync(db, cancellationToken);
        var totals = await ReadTotalsAsync(db, workers, cancellationToken);
        return new PoolStatus(Node(), workers, [.. sessions.Active.Select(Describe)], totals);
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
            connected?.MegapixelsPerSecond is { } speed ? Math.Round(speed, 2) : null);
    }

    private SessionStatus Describe(Session session) => new(
        session.Id, Printable(session.ManifestId.Span), session.Gateway, session.Segments, session.IsWorking, dispatcher.WorkerOf(session.Id)?.Value);

    private static async Task<TotalStatus> ReadTotalsAsync(PoolDbContext db, List<WorkerStatus> workers, CancellationToken cancellationToken)
    {
        var outcomes = await db.Set<SettledSegment>().GroupBy(segment => segment.Outcome)
            .Select(group => new { group.Key, Count = group.LongCount() }).ToListAsync(cancellationToken);
        var contributions = await db.Set<Contribution>().LongCountAsync(cancellationToken);
        var all = outcomes.Sum(outcome => outcome.Count);
        var good = outcomes.Where(outcome => outcome.Key == Transcoded).Sum(outcome => outcome.Count);
        var pixels = workers.Aggregate(System.Numerics.BigInteger.Zero, (sum, worker) => sum + System.Numerics.BigInteger.Parse(worker.Pixels));
        return new TotalStatus(all, good, all - good, contributions, pixels.ToString());
    }

    /// <summary>A manifest id is any bytes a stranger likes: control characters do not reach a terminal.</summary>
    private static string Printable(ReadOnlySpan<byte> manifestId)
    {
        const int MaxLength = 64;
        var text = Encoding.UTF8.GetString(manifestId);
        return new string([.. text.Take(MaxLength).Select(letter => char.IsControl(letter) ? '?' : letter)]);
    }
}
