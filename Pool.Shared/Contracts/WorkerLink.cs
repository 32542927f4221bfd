namespace Pool.Shared.Contracts;

/// <summary>Names and limits of the link between a worker and the pool. <c>docs/protocol.md</c> is normative.</summary>
public static class WorkerLink
{
    /// <summary>Version of the link. Both sides speak exactly this one; anything else is refused with a sentence.</summary>
    public const int ProtocolVersion = 3;

    /// <summary>Path of the hub on the pool's web port.</summary>
    public const string HubPath = "/hubs/worker";

    /// <summary>The longest that dialling and joining may take together, at the worker. The pool lets a handshake wait for others as long.</summary>
    public static readonly TimeSpan OpenTimeout = TimeSpan.FromSeconds(15);

    /// <summary>A worker that has not joined within this time after it connected is disconnected.</summary>
    public static readonly TimeSpan JoinTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How often the pool asks a worker that has segments in hand for a sign of life.</summary>
    public static readonly TimeSpan ProbePeriod = TimeSpan.FromSeconds(1);

    /// <summary>Probes a worker may leave unanswered, one more is too many: a dead connection is noticed within three periods.</summary>
    public const int MaxUnansweredProbes = 2;

    /// <summary>How long a worker whose connection was lost may take to come back and name what it still holds.</summary>
    public static readonly TimeSpan ReclaimGrace = TimeSpan.FromSeconds(5);

    /// <summary>The longest a worker waits before it dials its pool again: by then whoever comes back after a restart of the pool is there.</summary>
    public static readonly TimeSpan LongestRedial = TimeSpan.FromSeconds(30);

    /// <summary>Assignments that a worker may name when it comes back.</summary>
    public const int MaxHeld = 128;

    /// <summary>Random bytes of a join nonce and of an assignment's token.</summary>
    public const int SecretBytes = 32;

    /// <summary>GET: the segment's bytes. The worker's acceptance of the assignment.</summary>
    public static string SegmentPath(Guid assignment) => $"/worker/assignments/{assignment:D}/segment";

    /// <summary>PUT: the bytes of rendition <paramref name="index"/> (its place among the profiles).</summary>
    public static string RenditionPath(Guid assignment, int index) => $"/worker/assignments/{assignment:D}/renditions/{index}";

    /// <summary>PUT: the perceptual hash of rendition <paramref name="index"/>, when the assignment wants one.</summary>
    public static string SignaturePath(Guid assignment, int index) => $"{RenditionPath(assignment, index)}/signature";

    /// <summary>POST: an <see cref="AssignmentOutcome"/>. Idempotent.</summary>
    public static string OutcomePath(Guid assignment) => $"/worker/assignments/{assignment:D}/outcome";

    /// <summary>
    /// The text a worker signs (EIP-191, with its node key) to join. It names the pool as the worker dialled it, so a signature
    /// that was given to one pool is worth nothing at another, and the payee, so nobody on the way can change who is paid.
    /// </summary>
    /// <param name="audience">Host and port the worker dialled, as in its Host header.</param>
    /// <param name="nonce">The pool's nonce, <see cref="SecretBytes"/> bytes as lower-case hex.</param>
    /// <param name="nodeKey">The worker's node key as an EIP-55 address.</param>
    /// <param name="payee">The payee's EIP-55 address.</param>
    public static string JoinText(string audience, string nonce, string nodeKey, string payee) =>
        $"Join the transcoding pool\nPool: {audience}\nNonce: {nonce}\nNode key: {nodeKey}\nPayee: {payee}\nLink version: {ProtocolVersion}";
}
