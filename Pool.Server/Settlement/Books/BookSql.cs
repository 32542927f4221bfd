namespace Pool.Server.Settlement.Books;

/// <summary>How a group of records comes into the tables: COPY into tables of this connection alone, from there once into the real ones.</summary>
internal static class BookSql
{
    /// <summary>Once for each connection.</summary>
    public const string Stage = """
        CREATE TEMP TABLE IF NOT EXISTS staged_segments (
            id uuid, received_at timestamptz, session_id text, gateway bytea, manifest_id bytea, seq bigint, duration_ms integer, source_bytes bigint,
            source_hash bytea, outcome text, detail text, settled_at timestamptz, epoch bigint) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS staged_contributions (
            assignment_id uuid, received_at timestamptz, segment_id uuid, worker_id uuid, payee bytea, role text, frames bigint, pixels bigint,
            bytes bigint, renditions jsonb, assigned_at timestamptz, finished_at timestamptz) ON COMMIT DELETE ROWS;
        """;

    public const string CopySegments = """
        COPY staged_segments (id, received_at, session_id, gateway, manifest_id, seq, duration_ms, source_bytes, source_hash, outcome, detail, settled_at, epoch)
        FROM STDIN (FORMAT binary)
        """;

    public const string CopyContributions = """
        COPY staged_contributions (assignment_id, received_at, segment_id, worker_id, payee, role, frames, pixels, bytes, renditions, assigned_at, finished_at)
        FROM STDIN (FORMAT binary)
        """;

    /// <summary>
    /// From the staged rows into the tables. What is there already stays as it is, so a group may be written again. A record whose epoch has
    /// been closed meanwhile is booked in the next one that is open.
    /// </summary>
    public static IReadOnlyList<string> Book { get; } =
    [
        "INSERT INTO epochs (id, opened_at) SELECT epoch, min(settled_at) FROM staged_segments GROUP BY epoch ORDER BY epoch ON CONFLICT DO NOTHING",
        "SELECT id FROM epochs WHERE id >= (SELECT min(epoch) FROM staged_segments) ORDER BY id FOR SHARE",
        """
        UPDATE staged_segments s
        SET epoch = coalesce((SELECT min(id) FROM epochs WHERE id > s.epoch AND closed_at IS NULL), (SELECT max(id) + 1 FROM epochs))
        FROM epochs e WHERE e.id = s.epoch AND e.closed_at IS NOT NULL
        """,
        "INSERT INTO epochs (id, opened_at) SELECT epoch, min(settled_at) FROM staged_segments GROUP BY epoch ORDER BY epoch ON CONFLICT DO NOTHING",
        """
        INSERT INTO sessions (id, gateway, manifest_id, opened_at)
        SELECT DISTINCT ON (session_id) session_id, gateway, manifest_id, received_at FROM staged_segments ORDER BY session_id, received_at
        ON CONFLICT DO NOTHING
        """,
        "INSERT INTO payees (address, first_seen_at) SELECT payee, min(received_at) FROM staged_contributions GROUP BY payee ORDER BY payee ON CONFLICT DO NOTHING",
        """
        INSERT INTO segments (id, received_at, session_id, seq, duration_ms, source_bytes, source_hash, outcome, detail, settled_at, epoch)
        SELECT id, received_at, session_id, seq, duration_ms, source_bytes, source_hash, outcome, detail, settled_at, epoch FROM staged_segments
        ON CONFLICT (id, received_at) DO NOTHING
        """,
        """
        INSERT INTO contributions (assignment_id, received_at, segment_id, worker_id, payee, role, frames, pixels, bytes, renditions, assigned_at, finished_at, epoch)
        SELECT c.assignment_id, c.received_at, c.segment_id, c.worker_id, c.payee, c.role, c.frames, c.pixels, c.bytes, c.renditions, c.assigned_at, c.finished_at, s.epoch
        FROM staged_contributions c JOIN staged_segments s ON s.id = c.segment_id AND s.received_at = c.received_at
        ON CONFLICT (assignment_id, received_at) DO NOTHING
        """,
    ];
}
