namespace Pool.Server.Ledger;

/// <summary>
/// What must be true of the ledger, each as a query for what it is not true of. Most of it is what the tables keep anyway: this is for what came in by another way, such
/// as a superuser, a restored backup or a bug in the triggers.
/// </summary>
internal static class LedgerRules
{
    /// <summary>Findings of one rule that are told: the first of them say what is to be done.</summary>
    public const int MaxFindings = 100;

    /// <summary>What every account's sums must be, from the transfers alone.</summary>
    private const string Proper = """
        WITH sides AS (
            SELECT debit_account AS account, kind, amount AS debit, 0::numeric AS credit FROM transfers
            UNION ALL SELECT credit_account, kind, 0, amount FROM transfers
        ), proper AS (
            SELECT account,
                coalesce(sum(debit) FILTER (WHERE kind IN ('immediate', 'post')), 0) AS posted_debits,
                coalesce(sum(credit) FILTER (WHERE kind IN ('immediate', 'post')), 0) AS posted_credits,
                coalesce(sum(debit) FILTER (WHERE kind = 'pending'), 0) - coalesce(sum(debit) FILTER (WHERE kind IN ('post', 'void')), 0) AS pending_debits,
                coalesce(sum(credit) FILTER (WHERE kind = 'pending'), 0) - coalesce(sum(credit) FILTER (WHERE kind IN ('post', 'void')), 0) AS pending_credits
            FROM sides GROUP BY account
        )
        """;

    /// <summary>Name and query of each rule; a row is a subject and a text.</summary>
    public static IReadOnlyList<(string Rule, string Sql)> All { get; } =
    [
        ("balanced", """
            SELECT asset, 'debits are ' || sum(posted_debits) || ' posted and ' || sum(pending_debits) || ' pending, credits ' || sum(posted_credits) || ' and ' || sum(pending_credits)
            FROM accounts GROUP BY asset HAVING sum(posted_debits) <> sum(posted_credits) OR sum(pending_debits) <> sum(pending_credits)
            """),
        ("sums", Proper + """
            SELECT a.code || ' (' || a.asset || ')', 'the account says ' || concat_ws(' / ', a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits)
                || ' (debits and credits posted, then pending), its transfers make '
                || concat_ws(' / ', coalesce(p.posted_debits, 0), coalesce(p.posted_credits, 0), coalesce(p.pending_debits, 0), coalesce(p.pending_credits, 0))
            FROM accounts a LEFT JOIN proper p ON p.account = a.id
            WHERE (a.posted_debits, a.posted_credits, a.pending_debits, a.pending_credits)
                <> (coalesce(p.posted_debits, 0), coalesce(p.posted_credits, 0), coalesce(p.pending_debits, 0), coalesce(p.pending_credits, 0))
            """),
        ("below-zero", Proper + """
            , left_over AS (
                SELECT a.code, a.asset, CASE a.normal_side WHEN 'debit' THEN p.posted_debits - p.posted_credits - p.pending_credits
                    ELSE p.posted_credits - p.posted_debits - p.pending_debits END AS available
                FROM accounts a JOIN proper p ON p.account = a.id WHERE NOT a.may_be_negative
            )
            SELECT code || ' (' || asset || ')', 'its transfers leave ' || available FROM left_over WHERE available < 0
            """),
        ("transfers", """
            SELECT t.key, 'moves ' || t.amount || ' ' || t.asset || ' from ' || d.code || ' (' || d.asset || ') to ' || c.code || ' (' || c.asset || ')'
            FROM transfers t JOIN accounts d ON d.id = t.debit_account JOIN accounts c ON c.id = t.credit_account
            WHERE t.asset <> d.asset OR t.asset <> c.asset OR d.id = c.id OR t.amount <= 0
            """),
        ("repeated", "SELECT key, count(*) || ' transfers have this key' FROM transfers GROUP BY key HAVING count(*) > 1"),
        ("pending", """
            SELECT p.key, count(*) || ' transfers end it, of ' || sum(e.amount) || ' for ' || p.amount
            FROM transfers e JOIN transfers p ON p.id = e.pending_id
            GROUP BY p.id, p.key, p.kind, p.amount
            HAVING count(*) > 1 OR p.kind <> 'pending'
                OR bool_or((e.asset, e.debit_account, e.credit_account, e.amount) <> (p.asset, p.debit_account, p.credit_account, p.amount))
            """),
        ("settlement", """
            SELECT posting::text, 'hands out ' || coalesce(sum(amount) FILTER (WHERE asset = 'ETH'), 0) || ' wei and retires claims of '
                || coalesce(sum(amount) FILTER (WHERE asset = 'ETH-CLAIM'), 0)
            FROM transfers WHERE reason = 'settlement' GROUP BY posting
            HAVING coalesce(sum(amount) FILTER (WHERE asset = 'ETH'), 0) <> coalesce(sum(amount) FILTER (WHERE asset = 'ETH-CLAIM'), 0)
            """),
        ("claims", """
            SELECT 'ETH-CLAIM', 'issued and not taken back: ' || issued || ', outstanding: ' || outstanding
            FROM (SELECT
                coalesce(sum(posted_debits - posted_credits) FILTER (WHERE code = 'claims_issued'), 0) AS issued,
                coalesce(sum(posted_credits - posted_debits) FILTER (WHERE code LIKE 'worker:%' OR code IN ('operator:commission', 'quality_budget', 'reserve', 'rounding_carry', 'unclaimed')), 0)
                    AS outstanding
                FROM accounts WHERE asset = 'ETH-CLAIM') sums
            WHERE issued <> outstanding
            """),
    ];
}
