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
        CREATE TEMP TABLE IF NOT EXISTS staged_payments (LIKE payments) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS staged_winning_tickets (LIKE winning_tickets INCLUDING DEFAULTS) ON COMMIT DELETE ROWS;
        CREATE TEMP TABLE IF NOT EXISTS staged_debits (segment_id uuid, received_at timestamptz, pixels bigint, price_numerator numeric, price_denominator numeric)
            ON COMMIT DELETE ROWS;
        """;

    public const string CopySegments = """
        COPY staged_segments (id, received_at, session_id, gateway, manifest_id, seq, duration_ms, source_bytes, source_hash, outcome, detail, settled_at, epoch)
        FROM STDIN (FORMAT binary)
        """;

    public const string CopyContributions = """
        COPY staged_contributions (assignment_id, received_at, segment_id, worker_id, payee, role, frames, pixels, bytes, renditions, assigned_at, finished_at)
        FROM STDIN (FORMAT binary)
        """;

    public const string CopyPayments = """
        COPY staged_payments (
            id, received_at, settled_at, epoch, sender, session_id, recipient, recipient_rand_hash, seed, face_value, win_probability, expiration_block, creation_round,
            creation_round_hash, offered_numerator, offered_denominator, session_price_numerator, session_price_denominator, nonces, credited, credit_numerator,
            credit_denominator)
        FROM STDIN (FORMAT binary)
        """;

    public const string CopyWinningTickets = """
        COPY staged_winning_tickets (
            ticket_hash, payment_id, received_at, session_id, recipient, sender, face_value, win_probability, sender_nonce, recipient_rand_hash, recipient_rand,
            creation_round, creation_round_hash, params_expiration_block, signature)
        FROM STDIN (FORMAT binary)
        """;

    public const string CopyDebits = "COPY staged_debits (segment_id, received_at, pixels, price_numerator, price_denominator) FROM STDIN (FORMAT binary)";

    private const string StagedEpochs = "(SELECT epoch, settled_at FROM staged_segments UNION ALL SELECT epoch, settled_at FROM staged_payments) staged";

    private const string OpenEpochs =
        $"INSERT INTO epochs (id, opened_at) SELECT epoch, min(settled_at) FROM {StagedEpochs} GROUP BY epoch ORDER BY epoch ON CONFLICT DO NOTHING";

    /// <summary>
    /// From the staged rows into the tables. What is there already stays as it is, so a group may be written again. A record whose epoch has
    /// been closed meanwhile is booked in the next one that is open.
    /// </summary>
    public static IReadOnlyList<string> Book { get; } =
    [
        OpenEpochs,
        $"SELECT id FROM epochs WHERE id >= (SELECT min(epoch) FROM {StagedEpochs}) ORDER BY id FOR SHARE",
        ToOpenEpoch("staged_segments"),
        ToOpenEpoch("staged_payments"),
        OpenEpochs,
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
        "INSERT INTO payments SELECT * FROM staged_payments ON CONFLICT (id) DO NOTHING",
        "INSERT INTO winning_tickets SELECT * FROM staged_winning_tickets ON CONFLICT (ticket_hash) DO NOTHING",
        """
        INSERT INTO debits (segment_id, received_at, settled_at, epoch, sender, session_id, pixels, price_numerator, price_denominator)
        SELECT d.segment_id, s.received_at, s.settled_at, s.epoch, s.gateway, s.session_id, d.pixels, d.price_numerator, d.price_denominator
        FROM staged_debits d JOIN staged_segments s ON s.id = d.segment_id AND s.received_at = d.received_at
        ON CONFLICT (segment_id) DO NOTHING
        """,
    ];

    private static string ToOpenEpoch(string staged) =>
        $"""
        UPDATE {staged} s
        SET epoch = coalesce((SELECT min(id) FROM epochs WHERE id > s.epoch AND closed_at IS NULL), (SELECT max(id) + 1 FROM epochs))
        FROM epochs e WHERE e.id = s.epoch AND e.closed_at IS NOT NULL
        """;
}
