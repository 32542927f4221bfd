using Pool.EndToEnd.Tests.Kit;
using Pool.Gateway.Media;
using Xunit.Abstractions;

namespace Pool.EndToEnd.Tests.Chaos;

/// <summary>Everything that a pool must outlive, at once, with real processes. <c>CHAOS_SEED</c> repeats a run as far as the machine lets it.</summary>
[Collection(PoolOfOne.Collection)]
public sealed class ChaosTests(ITestOutputHelper output)
{
    private const int Streams = 4;

    [Fact]
    public async Task Whatever_dies_or_lies_every_answered_segment_is_booked_once_to_the_pixel_and_the_gateway_sees_only_server_kills()
    {
        var plan = ChaosPlan.OfThisRun();
        output.WriteLine($"{ChaosPlan.SeedVariable}={plan.Seed}, {plan.Events.Count} events");
        await using var scene = await ChaosScene.StartAsync();
        var media = await ChaosMedia.MakeAsync(scene.Home);
        using var probe = new PixelProbe();
        var gate = new ServerGate();
        var streams = Enumerable.Range(1, Streams).Select(number => new ChaosStream($"stream-{number}", scene.Orchestrator, media, probe, gate, scene.Home)).ToList();
        await using var monkey = new ChaosMonkey(scene, streams, gate);

        using var end = new CancellationTokenSource();
        var streaming = Task.WhenAll(streams.Select(stream => stream.RunAsync(end.Token)));
        await Told(monkey.RunAsync(plan), scene, monkey);
        await WaitForOneMoreAsync(streams);
        await end.CancelAsync();
        await Told(Patience.ForAsync("the end of the streams", streaming), scene, monkey);
        var sent = streams.SelectMany(stream => stream.Sent).ToList();
        await Patience.ForAsync("the end of the sessions", Task.WhenAll(streams.Select(stream => stream.DisposeAsync().AsTask())));

        var books = await ChaosBooks.WaitAsync(scene.Postgres.Connection, sent);
        var (excused, blamed) = Errors(sent, gate, scene);
        Tell(monkey, sent, excused);
        Assert.True(blamed.Count == 0, Report("the gateway saw errors that no kill of the server explains", blamed, plan, scene, monkey));
        var wrong = sent.Where(segment => segment.Answer is not null).Select(books.FaultOf).OfType<string>().Concat(monkey.Wrongs).ToList();
        Assert.True(wrong.Count == 0, Report("the books are not what the gateway saw", wrong, plan, scene, monkey));
    }

    /// <summary>The pool has outlived it when every stream goes on.</summary>
    private static async Task WaitForOneMoreAsync(List<ChaosStream> streams)
    {
        var before = streams.ConvertAll(stream => stream.Answered);
        await Patience.UntilAsync("one more segment of every stream", () => Task.FromResult(streams.Index().All(stream => stream.Item.Answered > before[stream.Index])));
    }

    private static (List<SentSegment> Excused, List<string> Blamed) Errors(List<SentSegment> sent, ServerGate gate, ChaosScene scene)
    {
        var failed = sent.Where(segment => segment.Errors.Count > 0).ToLookup(gate.WasInFlight);
        return ([.. failed[true]], [.. failed[false].Select(segment => Tell(segment, scene))]);
    }

    /// <summary>A segment, and what the server wrote while it was in flight.</summary>
    private static string Tell(SentSegment segment, ChaosScene scene)
    {
        var (from, to) = segment.Times(TimeProvider.System);
        return string.Join("\n    ", [$"{segment} (from {from:HH:mm:ss.fff} to {to:HH:mm:ss.fff})", .. scene.Server.Between(from, to)]);
    }

    private static async Task Told(Task task, ChaosScene scene, ChaosMonkey monkey)
    {
        try
        {
            await task;
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message}\n{string.Join('\n', monkey.Log)}\n{scene.Story}", late);
        }
    }

    private static string Report(string what, List<string> lines, ChaosPlan plan, ChaosScene scene, ChaosMonkey monkey) =>
        $"{ChaosPlan.SeedVariable}={plan.Seed}: {what}:\n{string.Join('\n', lines)}\n\n{string.Join('\n', monkey.Log)}\n\n{scene.Story}";

    private void Tell(ChaosMonkey monkey, List<SentSegment> sent, List<SentSegment> excused)
    {
        output.WriteLine($"{sent.Count} segments sent, {sent.Count(segment => segment.Answer is not null)} answered, {excused.Count} in flight at a kill of the server and not answered at once:");
        excused.ForEach(segment => output.WriteLine($"  {segment}"));
        monkey.Log.ToList().ForEach(output.WriteLine);
    }
}
