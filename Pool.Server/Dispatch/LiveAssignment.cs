using System.Security.Cryptography;
using Pool.Server.Segments;
using Pool.Server.Workers;
using Pool.Shared.Contracts;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>
/// One worker's hold on one segment: its byte token, the renditions that have come in, and the one result it ends with. The first
/// end wins; everything later only learns what it was.
/// </summary>
internal sealed class LiveAssignment(SegmentWork work, ConnectedWorker worker, SegmentRace race, DateTimeOffset assignedAt) : IDisposable
{
    private static readonly OutcomeVerdict s_second = new(false, "Another worker was first; the work is good and counts as a hedge.");
    private static readonly OutcomeVerdict s_tooLate = new(false, "The assignment had ended: another worker was first.");
    private static readonly OutcomeVerdict s_notBooked = new(false, "The work is good, but the pool could not write it down: it counts for nobody.");

    private readonly byte[] _token = RandomNumberGenerator.GetBytes(WorkerLink.SecretBytes);
    private readonly Slot[] _slots = [.. work.Profiles.Select(_ => new Slot())];
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _fetched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<AttemptResult> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<OutcomeVerdict> _told = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private ConnectedWorker _worker = worker;
    private TaskCompletionSource? _uploadsEnd;
    private OutcomeVerdict? _verdict;
    private long _fetchTicks;

    private sealed class Slot
    {
        public bool Claimed { get; set; }

        public Rendition? Rendition { get; set; }

        public SpoolFile? Signature { get; set; }
    }

    public AssignmentId Id { get; } = AssignmentId.New();

    public SegmentWork Work { get; } = work;

    /// <summary>The worker as it was when it got the assignment: what it earns by it belongs to the payee of that time.</summary>
    public JoinedWorker Identity { get; } = worker.Identity;

    /// <summary>The worker's connection now: another one when it was lost and came back.</summary>
    public ConnectedWorker Worker
    {
        get => Volatile.Read(ref _worker);
        set => Volatile.Write(ref _worker, value);
    }

    public DateTimeOffset AssignedAt { get; } = assignedAt;

    /// <summary>The bearer token as the worker gets it.</summary>
    public string Token => Convert.ToHexStringLower(_token);

    /// <summary>Completes when the worker begins to fetch the bytes: its acceptance.</summary>
    public Task Fetched => _fetched.Task;

    /// <summary>Time the segment was under way to the worker; zero until it has all of it.</summary>
    public TimeSpan Fetch => TimeSpan.FromTicks(Interlocked.Read(ref _fetchTicks));

    public Task<AttemptResult> End => _end.Task;

    /// <summary>Cancelled when the attempt is over, so that bytes still under way stop.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>How it ended; null while it has not.</summary>
    public AttemptResult? Result => _end.Task.IsCompletedSuccessfully ? _end.Task.Result : null;

    public bool IsOver => Result is not null;

    /// <summary>Whether it ended with a result that was accepted.</summary>
    public bool IsGood => Result is AttemptResult.Good;

    /// <summary>Compares in constant time.</summary>
    public bool HasToken(ReadOnlySpan<char> text)
    {
        Span<byte> given = stackalloc byte[WorkerLink.SecretBytes];
        return text.Length == WorkerLink.SecretBytes * 2
            && Convert.FromHexString(text, given, out _, out _) == System.Buffers.OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(given, _token);
    }

    public void MarkFetched() => _fetched.TrySetResult();

    /// <summary>The worker has the whole segment. A worker that fetches it twice is measured by the first time.</summary>
    public void MarkDelivered(TimeSpan fetch) => Interlocked.CompareExchange(ref _fetchTicks, fetch.Ticks, 0);

    /// <summary>Reserves the place of a rendition for one upload; false when it is taken.</summary>
    public bool TryClaim(int index)
    {
        lock (_gate)
        {
            return !_slots[index].Claimed && (_slots[index].Claimed = true);
        }
    }

    /// <summary>The upload broke off: another may try.</summary>
    public void Unclaim(int index)
    {
        lock (_gate)
        {
            _slots[index].Claimed = false;
            _uploadsEnd?.TrySetResult();
        }
    }

    /// <summary>Completes when every rendition is in its place, or an upload has broken off, or the attempt is over.</summary>
    public Task UploadsEnd()
    {
        lock (_gate)
        {
            return IsOver || IsWhole
                ? Task.CompletedTask
                : (_uploadsEnd ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Puts a received rendition in its place; false when the attempt is over and the bytes are nobody's.</summary>
    public bool TryPlace(int index, Rendition rendition)
    {
        lock (_gate)
        {
            if (IsOver)
            {
                return false;
            }

            _slots[index].Rendition = rendition;
            if (IsWhole)
            {
                _uploadsEnd?.TrySetResult();
            }

            return true;
        }
    }

    /// <summary>Puts a received perceptual hash in its place; false when there is one, or the attempt is over, and the bytes are nobody's.</summary>
    public bool TryPlaceSignature(int index, SpoolFile signature)
    {
        lock (_gate)
        {
            return !IsOver && (_slots[index].Signature ??= signature) == signature;
        }
    }

    /// <summary>The perceptual hashes that have come in.</summary>
    public IReadOnlyList<SpoolFile> Signatures()
    {
        lock (_gate)
        {
            return [.. _slots.Select(slot => slot.Signature).OfType<SpoolFile>()];
        }
    }

    /// <summary>The renditions in profile order, or the index of the first that is missing.</summary>
    public (IReadOnlyList<Rendition> Renditions, int? Missing) Received()
    {
        lock (_gate)
        {
            var missing = Array.FindIndex(_slots, slot => slot.Rendition is null);
            return ([.. _slots.Where(slot => slot.Rendition is not null).Select(slot => slot.Rendition! with { Signature = slot.Signature })], missing < 0 ? null : missing);   // just looked
        }
    }

    /// <summary>
    /// Ends the attempt with <paramref name="result"/> unless it has ended. The verdict is the same for every later caller; that of good work comes when it
    /// is known whether it is in the books.
    /// </summary>
    public Task<OutcomeVerdict> Finish(AttemptResult result, OutcomeVerdict verdict) => Finish(() => (result, verdict));

    /// <summary>Ends the attempt with its renditions, which are good. The segment's result if they are the first, of no use to the gateway if not.</summary>
    public Task<OutcomeVerdict> FinishGood()
    {
        var (renditions, _) = Received();
        return Finish(() => race.TryWin(this)
            ? (new AttemptResult.Good(renditions), new OutcomeVerdict(true, null))
            : (new AttemptResult.Second(renditions), s_second));
    }

    /// <summary>Another attempt was first. What has been delivered good and whole by now is worth something, everything else nothing.</summary>
    public void Supersede()
    {
        var isWhole = ResultCheck.Fault(this) is null;
        var (renditions, _) = Received();
        _ = Finish(() => isWhole
            ? (new AttemptResult.Second(renditions), s_second)
            : (new AttemptResult.Failed(AttemptFault.Stopped, "another worker was first"), s_tooLate));
    }

    /// <summary>The segment is over and settled, or never will be: whoever waits for the verdict of good work hears it.</summary>
    /// <param name="isBooked">Whether this work is in the segment's record, and that is durable.</param>
    public void Conclude(bool isBooked)
    {
        lock (_gate)
        {
            _told.TrySetResult(isBooked && _verdict is not null ? _verdict : s_notBooked);
        }
    }

    /// <summary>The work is good and was meant for no book: whoever waits for the verdict hears this one.</summary>
    public void Conclude(OutcomeVerdict verdict) => _told.TrySetResult(verdict);

    private Task<OutcomeVerdict> Finish(Func<(AttemptResult Result, OutcomeVerdict Verdict)> decide)
    {
        lock (_gate)
        {
            if (_verdict is null)
            {
                (var result, _verdict) = decide();
                if (result is not (AttemptResult.Good or AttemptResult.Second))
                {
                    _told.TrySetResult(_verdict);
                }

                _end.TrySetResult(result);
                _uploadsEnd?.TrySetResult();
            }
        }

        _over.Cancel();
        return _told.Task;
    }

    public void Dispose() => _over.Dispose();

    private bool IsWhole => _slots.All(slot => slot.Rendition is not null);
}
