using System.Security.Cryptography;
using Pool.Server.Segments;
using Pool.Server.Workers;
using Pool.Shared.Contracts;
using Pool.Shared.Ids;

namespace Pool.Server.Dispatch;

/// <summary>How one attempt of one worker ended.</summary>
internal abstract record AttemptResult
{
    private AttemptResult()
    {
    }

    public sealed record Good(IReadOnlyList<Rendition> Renditions) : AttemptResult;

    public sealed record BadInput(string Word) : AttemptResult;

    public sealed record Failed(string Reason) : AttemptResult;
}

/// <summary>
/// One worker's hold on one segment: its byte token, the renditions that have come in, and the one result it ends with. The first
/// end wins; everything later only learns what it was.
/// </summary>
internal sealed class LiveAssignment(SegmentWork work, ConnectedWorker worker, DateTimeOffset assignedAt) : IDisposable
{
    private readonly byte[] _token = RandomNumberGenerator.GetBytes(WorkerLink.SecretBytes);
    private readonly Slot[] _slots = [.. work.Profiles.Select(_ => new Slot())];
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _fetched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<AttemptResult> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private OutcomeVerdict? _verdict;

    private sealed class Slot
    {
        public bool Claimed { get; set; }

        public Rendition? Rendition { get; set; }

        public SpoolFile? Signature { get; set; }
    }

    public AssignmentId Id { get; } = AssignmentId.New();

    public SegmentWork Work { get; } = work;

    public ConnectedWorker Worker { get; } = worker;

    public DateTimeOffset AssignedAt { get; } = assignedAt;

    /// <summary>The bearer token as the worker gets it.</summary>
    public string Token => Convert.ToHexStringLower(_token);

    /// <summary>Completes when the worker begins to fetch the bytes: its acceptance.</summary>
    public Task Fetched => _fetched.Task;

    public Task<AttemptResult> End => _end.Task;

    /// <summary>Cancelled when the attempt is over, so that bytes still under way stop.</summary>
    public CancellationToken Over => _over.Token;

    public bool IsOver => _end.Task.IsCompleted;

    /// <summary>Whether it ended with a result that was accepted.</summary>
    public bool IsGood => _end.Task is { IsCompletedSuccessfully: true, Result: AttemptResult.Good };

    /// <summary>Compares in constant time.</summary>
    public bool HasToken(ReadOnlySpan<char> text)
    {
        Span<byte> given = stackalloc byte[WorkerLink.SecretBytes];
        return text.Length == WorkerLink.SecretBytes * 2
            && Convert.FromHexString(text, given, out _, out _) == System.Buffers.OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(given, _token);
    }

    public void MarkFetched() => _fetched.TrySetResult();

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

    /// <summary>Ends the attempt with <paramref name="result"/> unless it has ended; the verdict is the same for every later caller.</summary>
    public OutcomeVerdict Finish(AttemptResult result, OutcomeVerdict verdict)
    {
        lock (_gate)
        {
            if (_verdict is null)
            {
                _verdict = verdict;
                _end.TrySetResult(result);
            }
        }

        _over.Cancel();
        return _verdict;
    }

    public void Dispose() => _over.Dispose();
}
