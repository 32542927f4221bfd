using System.Globalization;
using System.Text;

namespace Pool.Server.Admin;

/// <summary>The state of the node as one screen for a person.</summary>
internal static class StatusScreen
{
    private const long BytesPerMegabyte = 1_000_000;
    private const decimal PixelsPerMegapixel = 1_000_000;
    private const string Unknown = "?";

    /// <summary>The screen, its lines ended.</summary>
    /// <param name="status">What the server says.</param>
    /// <param name="now">The time, for how long something lasts.</param>
    public static string Of(PoolStatus status, DateTimeOffset now)
    {
        var screen = new StringBuilder();
        screen.AppendLine($"Pool {status.Node.Version} at {status.Node.ServiceUri}, up {Lasting(now - status.Node.StartedAt)}, off-chain").AppendLine();
        Figure(screen, "Segments", status.Totals is { } totals
            ? $"{Number(totals.SegmentsOk)} transcoded, {Number(totals.SegmentsFailed)} not; {Megapixels(totals.Pixels)} megapixels"
            : "what was done cannot be read while the database is away");
        Figure(screen, "Slots", $"{status.Slots.InUse} of {status.Slots.Total} in use, {Count(status.Slots.Waiting, "segment")} waiting for one");
        Figure(screen, "Database", status.Database);
        Figure(screen, "Journal", Journal(status.Journal, now));
        Figure(screen, "Spool", Share(status.Spool.Bytes, status.Spool.MaxBytes));
        if (status.WebCertificate is { } certificate)
        {
            Figure(screen, "HTTPS", Certificate(certificate, now));
        }

        Workers(screen, status.Workers);
        Sessions(screen, status.Sessions);
        return screen.ToString();
    }

    /// <summary>A length of time as people say it: its two largest units.</summary>
    internal static string Lasting(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(0, time.Seconds)} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        { TotalDays: < 1 } => $"{time.Hours} h {time.Minutes} min",
        _ => $"{time.Days} d {time.Hours} h",
    };

    private static void Figure(StringBuilder screen, string name, string text) => screen.AppendLine($"{name,-10}{text}");

    private static string Journal(JournalStatus journal, DateTimeOffset now)
    {
        var text = $"{Share(journal.Bytes, journal.MaxBytes)}, {Count(journal.Waiting, "segment")} not booked yet";
        if (journal.AwaySince is { } since)
        {
            text += $"; nothing could be booked for {Lasting(now - since)}";
        }

        return journal.Refused == 0 ? text : $"{text}; {Number(journal.Refused)} REFUSED by the database, see server/journal/refused.jsonl";
    }

    private static string Certificate(CertificateStatus certificate, DateTimeOffset now)
    {
        var left = certificate.ExpiresAt - now;
        var day = certificate.ExpiresAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var text = left <= TimeSpan.Zero ? $"certificate of {certificate.Name} has EXPIRED, {Lasting(-left)} ago: renew it"
            : certificate.ExpiresSoon ? $"certificate of {certificate.Name} EXPIRES in {Lasting(left)}, on {day}: renew it"
            : $"certificate of {certificate.Name}, until {day}";
        return certificate.Fault is { } fault ? $"{text}; the newer files are NOT in use: {fault}" : text;
    }

    private static void Workers(StringBuilder screen, IReadOnlyList<WorkerStatus> workers)
    {
        screen.AppendLine().AppendLine($"{workers.Count(worker => worker.Connected)} of {Count(workers.Count, "worker")} connected");
        if (workers.Count == 0)
        {
            return;
        }

        screen.AppendLine($"  {"WORKER",-44}{"DEVICE",-10}{"STATE",-11}{"SLOTS",7}{"SEGMENTS",11}{"MEGAPIXELS",14}{"MP/S",8}");
        foreach (var worker in workers.OrderByDescending(worker => worker.Connected))
        {
            var speed = worker.MegapixelsPerSecond?.ToString("F1", CultureInfo.InvariantCulture) ?? "-";
            var slots = worker.Connected ? $"{worker.InFlight}/{worker.Capacity}" : "-";
            screen.AppendLine(
                $"  {worker.NodeKey,-44}{worker.Device,-10}{(worker.Connected ? "connected" : "away"),-11}{slots,7}"
                + $"{(worker.Segments is { } segments ? Number(segments) : Unknown),11}{(worker.Pixels is { } pixels ? Megapixels(pixels) : Unknown),14}{speed,8}");
        }
    }

    private static void Sessions(StringBuilder screen, IReadOnlyList<SessionStatus> sessions)
    {
        screen.AppendLine().AppendLine($"{Count(sessions.Count, "session")}");
        foreach (var session in sessions)
        {
            screen.AppendLine($"  {session.ManifestId} ({session.Id}): {Count(session.Segments, "segment")}{(session.Active ? ", working" : "")}");
        }
    }

    private static string Share(long bytes, long most) => $"{Number(bytes / BytesPerMegabyte)} of {Number(most / BytesPerMegabyte)} MB";

    private static string Count(long number, string what) => $"{Number(number)} {what}{(number == 1 ? "" : "s")}";

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Megapixels(string pixels) =>
        (decimal.Parse(pixels, CultureInfo.InvariantCulture) / PixelsPerMegapixel).ToString("N1", CultureInfo.InvariantCulture);
}
