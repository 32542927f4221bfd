namespace Pool.Server.Admin;

/// <summary>The state of the node on one page. Pixels are decimal strings, so that no reader rounds them.</summary>
/// <param name="Database"><c>ready</c>, or <c>away</c>: then there are only the connected workers, and nothing of what the books say.</param>
/// <param name="Totals">What the books say; null while the database is away.</param>
/// <param name="WebCertificate">The certificate of the web port; null while that port is plain HTTP.</param>
public sealed record PoolStatus(
    NodeStatus Node, string Database, JournalStatus Journal, SpoolStatus Spool, SlotStatus Slots,
    IReadOnlyList<WorkerStatus> Workers, IReadOnlyList<SessionStatus> Sessions, TotalStatus? Totals, CertificateStatus? WebCertificate = null);

/// <param name="Name">The first name it is for.</param>
/// <param name="ExpiresAt">Until when clients accept it.</param>
/// <param name="ExpiresSoon">Whether that is near, or over.</param>
/// <param name="Fault">Why files that have changed since are not in use, as a sentence; null when all is well.</param>
public sealed record CertificateStatus(string Name, DateTimeOffset ExpiresAt, bool ExpiresSoon, string? Fault);

/// <param name="Bytes">What waits in it for the books, in whole files.</param>
/// <param name="MaxBytes">At this no segment can be settled any more, and new sessions are refused before.</param>
/// <param name="Waiting">Settled segments that are not in the books yet.</param>
/// <param name="Refused">Records that the database has refused since the start; a person must look at them.</param>
/// <param name="AwaySince">Since when nothing can be booked; null when all is well.</param>
public sealed record JournalStatus(long Bytes, long MaxBytes, long Waiting, long Refused, DateTimeOffset? AwaySince);

/// <param name="Bytes">Segments and renditions on this machine's disk.</param>
/// <param name="MaxBytes">More are not taken.</param>
public sealed record SpoolStatus(long Bytes, long MaxBytes);

/// <param name="InUse">Segments that workers have in hand.</param>
/// <param name="Total">Segments that the connected workers sustain at once, as measured.</param>
/// <param name="Waiting">Segments that wait for a free slot.</param>
public sealed record SlotStatus(int InUse, int Total, int Waiting);

/// <param name="Address">Address that signs for us; zero off-chain.</param>
public sealed record NodeStatus(string Version, string ServiceUri, string Address, DateTimeOffset StartedAt);

/// <param name="Segments">Primary contributions in the books; null, like pixels and frames, while the database is away.</param>
/// <param name="MegapixelsPerSecond">Speed as the pool measured it; null before the worker's first result.</param>
public sealed record WorkerStatus(
    Guid Id, string NodeKey, string Payee, string Device, string Software, bool Connected, int Capacity, int InFlight,
    long? Segments, string? Pixels, long? Frames, double? MegapixelsPerSecond);

public sealed record SessionStatus(string Id, string ManifestId, string Gateway, long Segments, bool Active, Guid? WorkerId);

public sealed record TotalStatus(long Segments, long SegmentsOk, long SegmentsFailed, long Contributions, string Pixels);
