using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Link;

/// <summary>Workers of very different speed under live streams. They work on one segment after the other, as a device does.</summary>
public sealed class SharingTests : ServerTest
{
    private const int Streams = 6;
    private const int Segments = 15;
    private const int SegmentMilliseconds = 1000;

    /// <summary>
    /// Work of a segment on the slow worker: it carries one stream and hardly more, the fast one ten times as many. Half of the streams begin at either, since
    /// nobody has been measured yet: those that the slow one cannot carry must leave it before they fall behind.
    /// </summary>
    private static readonly TimeSpan s_slowWork = TimeSpan.FromMilliseconds(800);

    private static readonly TimeSpan s_fastWork = s_slowWork / 10;

    private static readonly TimeProvider s_time = TimeProvider.System;

    [Fact]
    public async Task Two_workers_with_tenfold_different_speed_share_the_load_by_what_they_can_do_and_every_stream_keeps_up()
    {
        var fast = await JoinAsync(Device(s_fastWork), capacity: 8);
        var slow = await JoinAsync(Device(s_slowWork), capacity: 8);

        var answers = await Task.WhenAll(Enumerable.Range(0, Streams).Select(_ => StreamAsync()));

        // A stream that falls behind fills its queue, and its next segment is answered with OrchestratorBusy.
        Assert.All(answers.SelectMany(stream => stream), answer => Assert.Equal(("", 2), (answer.Error, answer.Renditions.Count)));
        var (byFast, bySlow) = (await PrimariesAsync(fast), await PrimariesAsync(slow));
        Assert.Equal(Streams * Segments, byFast + bySlow);
        Assert.True(slow.Assigned >= 1, "the slow worker was not even tried");
        Assert.True(byFast >= 4 * bySlow, $"the fast worker did {byFast} segments, the slow one {bySlow}");
    }

    /// <summary>A worker with one device: whatever it was given waits for its turn there.</summary>
    private static Func<TestAssignment, Task> Device(TimeSpan work)
    {
        var device = new SemaphoreSlim(1);
        return async assignment =>
        {
            using var fetched = await assignment.FetchAsync();
            await device.WaitAsync();
            try
            {
                await Task.Delay(work, s_time);
            }
            finally
            {
                device.Release();
            }

            foreach (var (index, rendition) in TestJob.GoodRenditions.Index())
            {
                using var uploaded = await assignment.UploadAsync(index, rendition);
            }

            await assignment.FinishAsync(Shared.Contracts.OutcomeKind.Done);
        };
    }

    /// <summary>A camera: segments come when they come, whether the ones before are back or not.</summary>
    private async Task<SegmentAnswer[]> StreamAsync()
    {
        var terms = await Gateway.GetOrchestratorAsync();
        var answers = new List<Task<SegmentAnswer>>();
        using var camera = new PeriodicTimer(TimeSpan.FromMilliseconds(SegmentMilliseconds), s_time);
        for (var number = 0; number < Segments; number++)
        {
            answers.Add(Gateway.SegmentAsync(Credentials(terms, number), TestJob.Segment(number)));
            await camera.WaitForNextTickAsync();
        }

        return await Task.WhenAll(answers);
    }

    private static SegData Credentials(OrchestratorInfo terms, int number)
    {
        var credentials = TestJob.Credentials(terms, TestJob.Segment(number), number);
        credentials.Duration = SegmentMilliseconds;
        return credentials;
    }

    private Task<long> PrimariesAsync(TestWorker worker) =>
        Server.ScalarAsync($"SELECT count(*) FROM contributions WHERE worker_id = '{worker.Id}' AND role = 'primary'");
}
