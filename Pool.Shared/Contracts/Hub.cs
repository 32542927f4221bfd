using Pool.Shared.Media;

namespace Pool.Shared.Contracts;

/// <summary>What a worker asks of the pool's hub. Control messages only: bytes and outcomes go by HTTP.</summary>
public interface IWorkerHub
{
    /// <summary>First call on a connection: both sides name their version, the pool gives a nonce to sign.</summary>
    Task<Welcome> Hello(Hello hello);

    /// <summary>Second call: the worker proves its node key, names its payee and says what it can do.</summary>
    Task<JoinVerdict> Join(JoinRequest request);

    /// <summary>How many segments the worker is willing to take from now on; 0 while it drains.</summary>
    Task SetCapacity(int segments);

    /// <summary>The answer to <see cref="IWorkerClient.Probe"/>.</summary>
    Task Alive();
}

/// <summary>What the pool tells a worker.</summary>
public interface IWorkerClient
{
    /// <summary>A segment to transcode. Fetching its bytes accepts it.</summary>
    Task Assign(Assignment assignment);

    /// <summary>The assignment is over for this worker: it stops and forgets it.</summary>
    Task Cancel(Guid assignmentId, string reason);

    /// <summary>The pool wants a sign of life while the worker has segments in hand: the worker answers at once with <see cref="IWorkerHub.Alive"/>.</summary>
    Task Probe();

    /// <summary>The worker's work is in the pool's books.</summary>
    Task Receipt(SignedReceipt receipt);
}

/// <param name="ProtocolVersion">The caller's <see cref="WorkerLink.ProtocolVersion"/>.</param>
/// <param name="Software">Name and version of the worker's software, for people to read.</param>
public sealed record Hello(int ProtocolVersion, string Software);

/// <param name="ProtocolVersion">The pool's <see cref="WorkerLink.ProtocolVersion"/>.</param>
/// <param name="Nonce">Lower-case hex, to be signed once, on this connection.</param>
/// <param name="Refusal">Why this worker cannot join, in a sentence; null when it may go on to <see cref="IWorkerHub.Join"/>.</param>
public sealed record Welcome(int ProtocolVersion, string Nonce, string? Refusal);

/// <param name="NodeKey">Address of the worker's node key, EIP-55.</param>
/// <param name="Payee">Address that is paid for this worker's work, EIP-55.</param>
/// <param name="Signature">EIP-191 signature of <see cref="WorkerLink.JoinText"/> by the node key, 0x and 65 bytes as hex.</param>
/// <param name="Device">The device that transcodes, e.g. <c>cpu</c>.</param>
/// <param name="Capabilities">Numbers of the network's capabilities this worker has (protocol §2.3).</param>
/// <param name="WishedCapacity">Segments at once that the worker wishes to take.</param>
/// <param name="Held">Assignments of an earlier connection that the worker still works on; at most <see cref="WorkerLink.MaxHeld"/>.</param>
public sealed record JoinRequest(
    string NodeKey, string Payee, string Signature, string Device, IReadOnlyList<int> Capabilities, int WishedCapacity, IReadOnlyList<Guid> Held);

/// <param name="Accepted">Whether the worker is in.</param>
/// <param name="WorkerId">The pool's id of this worker; empty when refused.</param>
/// <param name="Reason">Why not, in a sentence, when refused.</param>
/// <param name="AcceptedCapacity">Segments at once that the pool will send.</param>
public sealed record JoinVerdict(bool Accepted, Guid WorkerId, string? Reason, int AcceptedCapacity)
{
    /// <summary>Address of the key that signs the pool's receipts, EIP-55; empty when refused.</summary>
    public string ReceiptKey { get; init; } = "";
}

/// <param name="AssignmentId">Random id of this attempt.</param>
/// <param name="Token">Bearer token of this assignment's byte paths, bound to this worker and this assignment.</param>
/// <param name="SessionId">Opaque id that is the same for all segments of one stream's session at this worker.</param>
/// <param name="SegmentBytes">Length of the segment.</param>
/// <param name="DurationMilliseconds">Duration as the gateway declared it.</param>
/// <param name="Profiles">Renditions to make, in order.</param>
/// <param name="Clip">Encode only this part, or null.</param>
/// <param name="ForceReinit">Drop encoder and decoder state before this segment.</param>
/// <param name="DeadlineMilliseconds">How long the answer is worth anything, counted from now.</param>
public sealed record Assignment(
    Guid AssignmentId,
    string Token,
    string SessionId,
    long SegmentBytes,
    int DurationMilliseconds,
    IReadOnlyList<VideoProfile> Profiles,
    Clip? Clip,
    bool ForceReinit,
    int DeadlineMilliseconds)
{
    /// <summary>A perceptual hash of every rendition is wanted, too (protocol §4.10), of a worker that can make one.</summary>
    public bool IsSignatureWanted { get; init; }
}

/// <summary>Part of a segment in milliseconds from its start; 0 leaves that side open (protocol §2.4, SegParameters).</summary>
public sealed record Clip(long FromMilliseconds, long ToMilliseconds);

/// <summary>How an assignment ended at the worker.</summary>
public enum OutcomeKind
{
    /// <summary>Every rendition was uploaded.</summary>
    Done,

    /// <summary>The segment itself cannot be transcoded; <see cref="AssignmentOutcome.Detail"/> is one of <see cref="InputFault.Words"/>.</summary>
    BadInput,

    /// <summary>The worker failed at something that has nothing to do with what is in the segment.</summary>
    WorkerFailed,

    /// <summary>The worker did not take the segment (full, draining, deadline passed).</summary>
    Refused,

    /// <summary>The worker's transcoder broke down over the segment. Another worker's may too: the segment can be to blame.</summary>
    TranscoderFailed,
}

/// <summary>Sent once by the worker when it is through with an assignment; sending it again changes nothing.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Detail">The network's word for bad input, or a sentence for people; empty when done.</param>
/// <param name="DecodedFrames">Frames the worker decoded, for its own statistics; the pool counts for itself.</param>
/// <param name="TranscodeMilliseconds">Time from the first byte in hand to the last rendition made.</param>
public sealed record AssignmentOutcome(OutcomeKind Kind, string Detail, long DecodedFrames, long TranscodeMilliseconds);

/// <summary>The pool's answer to an outcome.</summary>
/// <param name="Accepted">Whether the result was good and first.</param>
/// <param name="Reason">Why not, when it was not; of accepted work, a remark for the owner, or null.</param>
public sealed record OutcomeVerdict(bool Accepted, string? Reason);
