using System.Collections.Concurrent;
using Pool.Shared.Contracts;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>What rogues do with their segments. Wherever the pool's verdict must not be another one, that is checked here.</summary>
internal sealed class Misdeeds
{
    /// <summary>Frames of a rendition that has lost most of its segment.</summary>
    private const int FewFrames = 7;

    private const long IncredibleFrames = 1_000_000_000_000;

    private const int MostGarbageBytes = 100_000;

    private static readonly TimeSpan s_leastLate = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_mostLate = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<string> _wrongs = new();

    /// <summary>Verdicts of the pool that were wrong.</summary>
    public IReadOnlyCollection<string> Wrongs => _wrongs;

    /// <summary>What a rogue of a kind does.</summary>
    /// <param name="kind">A kind that is a rogue's.</param>
    /// <param name="dice">Decides the rest.</param>
    public Func<RogueAssignment, CancellationToken, Task> Of(ChaosKind kind, int dice) => kind switch
    {
        ChaosKind.Garbage => (assignment, _) => AnswerGarbageAsync(assignment, new Random(dice)),
        ChaosKind.Late => (assignment, gone) => AnswerLateAsync(assignment, new Random(dice), gone),
        ChaosKind.Twice => (assignment, _) => AnswerTwiceAsync(assignment),
        ChaosKind.Never => (assignment, gone) => AnswerNeverAsync(assignment, isFetched: dice % 2 == 0, gone),
        ChaosKind.WrongCounts => (assignment, _) => AnswerWrongAsync(assignment, isOneShort: dice % 2 == 0),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private async Task AnswerGarbageAsync(RogueAssignment assignment, Random random)
    {
        await assignment.FetchAsync();
        Expect(await assignment.FinishAsync(new ByteArrayContent(Noise(random))) is null, "noise was taken for an outcome");
        for (var index = 0; index < assignment.Renditions; index++)
        {
            await assignment.UploadAsync(index, Noise(random));
        }

        Expect(await assignment.FinishAsync(OutcomeKind.Done) is not { Accepted: true }, "noise was taken for renditions");
    }

    private static async Task AnswerLateAsync(RogueAssignment assignment, Random random, CancellationToken gone)
    {
        var renditions = await assignment.TranscodeAsync(await assignment.FetchAsync());
        await Task.Delay(s_leastLate + ((s_mostLate - s_leastLate) * random.NextDouble()), TimeProvider.System, gone);
        await UploadAsync(assignment, renditions);
        await assignment.FinishAsync(OutcomeKind.Done);
    }

    private async Task AnswerTwiceAsync(RogueAssignment assignment)
    {
        var segment = await assignment.FetchAsync();
        await assignment.FetchAsync();
        var renditions = await assignment.TranscodeAsync(segment);
        await UploadAsync(assignment, renditions);
        Expect(!await assignment.UploadAsync(0, renditions[0]), "a rendition was taken twice");
        var verdicts = await Task.WhenAll(assignment.FinishAsync(OutcomeKind.Done), assignment.FinishAsync(OutcomeKind.Done));
        var other = await assignment.FinishAsync(OutcomeKind.WorkerFailed, "after all");
        Expect(verdicts[0] == verdicts[1] && other == verdicts[0], $"the same work has the verdicts {verdicts[0]}, {verdicts[1]} and {other}");
        Expect(verdicts[0]?.Reason is not { } reason || reason.Contains("another worker was first", StringComparison.OrdinalIgnoreCase) || reason.Contains("ended", StringComparison.Ordinal),
            $"good work of a rogue was refused: {verdicts[0]?.Reason}");
    }

    private static async Task AnswerNeverAsync(RogueAssignment assignment, bool isFetched, CancellationToken gone)
    {
        if (isFetched)
        {
            await assignment.FetchAsync();
        }

        await Task.Delay(s_mostLate, TimeProvider.System, gone);
    }

    /// <summary>One rendition with fewer frames than the other; or good ones, with a claim to have decoded far more than there is.</summary>
    private async Task AnswerWrongAsync(RogueAssignment assignment, bool isOneShort)
    {
        var segment = await assignment.FetchAsync();
        await UploadAsync(assignment, isOneShort ? await assignment.TranscodeAsync(segment, FewFrames) : await assignment.TranscodeAsync(segment));
        var verdict = await assignment.FinishAsync(OutcomeKind.Done, frames: IncredibleFrames);
        Expect(!isOneShort || verdict is not { Accepted: true }, "a rendition that lacks frames was accepted");
    }

    private static async Task UploadAsync(RogueAssignment assignment, IReadOnlyList<byte[]> renditions)
    {
        foreach (var (index, bytes) in renditions.Index())
        {
            await assignment.UploadAsync(index, bytes);
        }
    }

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(1, MostGarbageBytes)];
        random.NextBytes(bytes);
        return bytes;
    }

    private void Expect(bool isSo, string otherwise)
    {
        if (!isSo)
        {
            _wrongs.Enqueue(otherwise);
        }
    }
}
