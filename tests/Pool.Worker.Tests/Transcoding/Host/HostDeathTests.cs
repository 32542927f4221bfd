using Pool.Shared.Contracts;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;
using static Pool.Worker.Tests.Transcoding.Host.HostUnderTest;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>What a host's death, a hanging segment and a greedy one cost, and whom.</summary>
public sealed class HostDeathTests
{
    /// <summary>Late enough that the encoder's threads have met their limit.</summary>
    private const int PiecesOfALimitedStream = 30;

    [Fact]
    public async Task A_host_that_dies_idle_costs_nothing()
    {
        await using var host = await HostUnderTest.StartAsync();
        host.KillHostOf("any");

        var (outcome, _) = await host.TranscodeAsync("stream", Clips.Tiny, Clips.Small);

        Assert.IsType<TranscodeOutcome.Done>(outcome);
    }

    [Fact]
    public async Task A_segment_whose_host_is_killed_is_made_again_and_its_sink_does_not_notice()
    {
        await using var host = await HostUnderTest.StartAsync();
        var (_, expected) = await host.TranscodeAsync("before", Clips.Long, Clips.Rich);
        var deaths = 0;
        var sink = new ActingSink(() =>
        {
            if (deaths++ == 0)
            {
                host.KillHostOf("stream");
            }
        });

        var outcome = await host.Transcoder.TranscodeAsync(Job("stream", Clips.Long, Clips.Rich), sink, CancellationToken.None);

        Assert.IsType<TranscodeOutcome.Done>(outcome);
        Assert.Equal(expected, sink.Bytes);
        Assert.True(host.HasRunAlone("stream"));
        Assert.IsType<TranscodeOutcome.Done>((await host.TranscodeAsync("stream", Clips.Tiny, Clips.Small)).Outcome);
    }

    [Fact]
    public async Task A_segment_that_comes_out_differently_the_second_time_fails_and_is_not_refused()
    {
        await using var host = await HostUnderTest.StartAsync();
        var given = 0L;
        var sink = new ActingSink(() =>
        {
            if (Interlocked.Increment(ref given) == PiecesOfALimitedStream)
            {
                host.KillHostOf("stream");
            }
        });

        // Whether x264's threads influence one another is up to the machine: made either way, never mixed.
        var outcome = await host.Transcoder.TranscodeAsync(
            Job("stream", Clips.Long, Clips.Rich with { Quality = 0, BitrateBps = 3_000_000 }), sink, CancellationToken.None);

        Assert.True(host.HasRunAlone("stream"));
        Assert.IsNotType<TranscodeOutcome.BadInput>(outcome);
        if (outcome is TranscodeOutcome.Failed failed)
        {
            Assert.Contains("other bytes", failed.Reason, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(150, MediaTool.Probe(sink.Bytes).Frames);
        }
    }

    [Fact]
    public async Task Segments_beside_the_one_that_kills_are_made_and_only_the_killer_is_refused()
    {
        await using var host = await HostUnderTest.StartAsync();
        var killer = host.Transcoder.TranscodeAsync(
            Job("killer", Clips.Long, Clips.Rich), new ActingSink(() => host.KillHostOf("killer")), CancellationToken.None);
        var others = Enumerable.Range(0, 3).Select(number => host.TranscodeAsync($"other {number}", Clips.Long, Clips.Small)).ToList();

        Assert.Equal(new TranscodeOutcome.BadInput(InputFault.InvalidVideo), await killer);
        Assert.All(await Task.WhenAll(others), other => Assert.IsType<TranscodeOutcome.Done>(other.Outcome));
    }

    [Fact]
    public async Task A_segment_that_killed_twice_is_refused_unseen_and_its_stream_runs_alone()
    {
        await using var host = await HostUnderTest.StartAsync();
        var sink = new ActingSink(() => host.KillHostOf("killer"));
        var first = await host.Transcoder.TranscodeAsync(Job("killer", Clips.Long, Clips.Rich), sink, CancellationToken.None);
        var hosts = host.Started.Count;

        var (again, bytes) = await host.TranscodeAsync("another name", Clips.Long, Clips.Rich);

        Assert.Equal(new TranscodeOutcome.BadInput(InputFault.InvalidVideo), first);
        Assert.Equal(new TranscodeOutcome.BadInput(InputFault.InvalidVideo), again);
        Assert.Empty(bytes);
        Assert.Equal(hosts, host.Started.Count);
        Assert.IsType<TranscodeOutcome.Done>((await host.TranscodeAsync("killer", Clips.Tiny, Clips.Small)).Outcome);
        Assert.Equal("killer", host.Started.Last().Session);
    }

    [Fact]
    public async Task A_segment_that_hangs_its_host_is_refused_and_its_neighbour_is_not_blamed()
    {
        await using var host = await HostUnderTest.StartAsync(options => options with
        {
            TimeFloor = TimeSpan.FromSeconds(1),
            TimePerSecond = TimeSpan.FromMilliseconds(200),
            CancelGrace = TimeSpan.FromMilliseconds(200),
        });
        var neighbourBegan = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var patient = Job("neighbour", Clips.Long, Clips.Rich with { Name = "neighbour" }) with { Duration = TimeSpan.FromMinutes(4) };
        var neighbour = host.Transcoder.TranscodeAsync(patient, new ActingSink(() => neighbourBegan.TrySetResult()), CancellationToken.None);
        await neighbourBegan.Task;
        var hanging = host.Transcoder.TranscodeAsync(
            Job("hanging", Clips.Long, Clips.Rich), new ActingSink(() => host.StopHostOf("hanging")), CancellationToken.None);

        Assert.Equal(new TranscodeOutcome.BadInput(InputFault.Runaway), await hanging);
        Assert.IsType<TranscodeOutcome.Done>(await neighbour);
        Assert.False(host.HasRunAlone("neighbour"));
    }

    [Fact]
    public async Task A_segment_that_takes_too_much_memory_is_refused()
    {
        await using var host = await HostUnderTest.StartAsync(options => options with { MaxMemoryBytes = 250L << 20 });

        var (outcome, _) = await host.TranscodeAsync("greedy", Clips.Huge, Clips.Small with { Width = 3840, Height = 2160 });

        Assert.Equal(new TranscodeOutcome.BadInput(InputFault.InvalidVideo), outcome);
        Assert.IsType<TranscodeOutcome.Done>((await host.TranscodeAsync("modest", Clips.Tiny, Clips.Small)).Outcome);
    }

    [Fact]
    public async Task A_slow_sink_is_not_a_hanging_segment_and_holds_up_nobody()
    {
        await using var host = await HostUnderTest.StartAsync(options => options with { TimeFloor = TimeSpan.FromSeconds(5), TimePerSecond = TimeSpan.Zero });
        var sink = new HeldSink();
        var held = host.Transcoder.TranscodeAsync(Job("held", Clips.Long, Clips.Rich), sink, CancellationToken.None);
        await sink.Reached.Task;

        var (other, _) = await host.TranscodeAsync("other", Clips.Tiny, Clips.Small);
        sink.Go.SetResult();

        Assert.IsType<TranscodeOutcome.Done>(other);
        Assert.IsType<TranscodeOutcome.Done>(await held);
        Assert.Single(host.Started);
    }

    [Fact]
    public async Task A_cancelled_segment_ends_and_its_neighbour_and_the_host_go_on()
    {
        await using var host = await HostUnderTest.StartAsync();
        using var cancel = new CancellationTokenSource();
        var began = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = host.Transcoder.TranscodeAsync(Job("cancelled", Clips.Long, Clips.Rich), new ActingSink(() => began.TrySetResult()), cancel.Token);
        var neighbour = host.TranscodeAsync("neighbour", Clips.Long, Clips.Small);
        await began.Task;

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.IsType<TranscodeOutcome.Done>((await neighbour).Outcome);
        Assert.Single(host.Started);
    }

    [Fact]
    public async Task What_the_sink_throws_comes_back_and_the_host_goes_on()
    {
        await using var host = await HostUnderTest.StartAsync();
        var sink = new ActingSink(() => throw new IOException("the link is gone"));

        var thrown = await Assert.ThrowsAsync<IOException>(() => host.Transcoder.TranscodeAsync(Job("stream", Clips.Tiny, Clips.Small), sink, CancellationToken.None));

        Assert.Equal("the link is gone", thrown.Message);
        Assert.IsType<TranscodeOutcome.Done>((await host.TranscodeAsync("stream", Clips.Tiny, Clips.Small)).Outcome);
        Assert.Single(host.Started);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_segment_of_another_length_than_announced_is_an_error(int difference)
    {
        await using var host = await HostUnderTest.StartAsync();
        var job = Job("stream", Clips.Tiny, Clips.Small) with { SegmentBytes = Clips.Tiny.Length + difference };

        await Assert.ThrowsAsync<IOException>(() => host.Transcoder.TranscodeAsync(job, new CollectingSink(1), CancellationToken.None));
    }

    [Fact]
    public async Task A_program_that_is_no_host_is_a_clear_error()
    {
        var missing = await Assert.ThrowsAsync<TranscodeHostException>(() => HostUnderTest.StartAsync(options => options with { FileName = "/nowhere/pool-worker" }));
        var silent = await Assert.ThrowsAsync<TranscodeHostException>(() => HostUnderTest.StartAsync(options => options with { FileName = "true", LeadingArguments = [] }));
        var other = await Assert.ThrowsAsync<TranscodeHostException>(() => HostUnderTest.StartAsync(options => options with { FileName = "echo", LeadingArguments = [] }));

        Assert.Contains("could not be started", missing.Message, StringComparison.Ordinal);
        Assert.Contains("ended before", silent.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be understood", other.Message, StringComparison.Ordinal);
    }

    /// <summary>Takes nothing until it is let go.</summary>
    private sealed class HeldSink : IRenditionSink
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask WriteAsync(int rendition, ReadOnlyMemory<byte> bytes, CancellationToken ct)
        {
            Reached.TrySetResult();
            await Go.Task.WaitAsync(ct);
        }

        public ValueTask CompleteAsync(int rendition, CancellationToken ct) => ValueTask.CompletedTask;
    }
}
