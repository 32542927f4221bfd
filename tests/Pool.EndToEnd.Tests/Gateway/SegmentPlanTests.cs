using Pool.Gateway.Media;

namespace Pool.EndToEnd.Tests.Gateway;

public class SegmentPlanTests
{
    private const int FramesPerSecond = 25;

    private static readonly TimeBase s_timeBase = new(1, FramesPerSecond);

    [Fact]
    public void A_stream_is_cut_at_the_first_key_frame_after_two_seconds()
    {
        var plan = SegmentPlan.Make(Packets(frames: 250, keyEvery: 25), s_timeBase);

        Assert.Null(plan.Obstacle);
        Assert.Equal([0, 50, 100, 150, 200], plan.Segments.Select(segment => segment.FirstPacket));
        Assert.All(plan.Segments, segment => Assert.Equal(TimeSpan.FromSeconds(2), segment.Duration));
    }

    [Fact]
    public void Every_packet_is_in_exactly_one_segment()
    {
        for (var keyEvery = 1; keyEvery < 120; keyEvery += 11)
        {
            var plan = SegmentPlan.Make(Packets(frames: 613, keyEvery), s_timeBase);

            var next = 0;
            foreach (var segment in plan.Segments)
            {
                Assert.Equal(next, segment.FirstPacket);
                next += segment.Packets;
            }

            Assert.Equal(613, next);
        }
    }

    [Fact]
    public void Segments_follow_each_other_without_a_gap_in_time()
    {
        var plan = SegmentPlan.Make(Packets(frames: 333, keyEvery: 40), s_timeBase);

        var end = TimeSpan.Zero;
        foreach (var segment in plan.Segments)
        {
            Assert.Equal(end, segment.Start);
            end += segment.Duration;
        }

        Assert.Equal(TimeSpan.FromSeconds(333.0 / FramesPerSecond), end);
    }

    [Fact]
    public void A_key_frame_with_pictures_of_the_group_before_behind_it_is_no_cut()
    {
        var packets = Packets(frames: 200, keyEvery: 50);
        // An open group: the picture after the key frame in the file is shown before it.
        (packets[50], packets[51]) = (packets[50] with { Presentation = 51 }, packets[51] with { Presentation = 50 });

        var plan = SegmentPlan.Make(packets, s_timeBase);

        Assert.Equal([0, 100, 150], plan.Segments.Select(segment => segment.FirstPacket));
    }

    [Fact]
    public void Key_frames_that_are_too_far_apart_ask_for_encoding()
    {
        var plan = SegmentPlan.Make(Packets(frames: 600, keyEvery: 300), s_timeBase);

        Assert.Equal("its key frames are up to 12 s apart", plan.Obstacle);
    }

    [Fact]
    public void A_stream_that_begins_without_a_key_frame_asks_for_encoding()
    {
        var plan = SegmentPlan.Make([.. Packets(frames: 100, keyEvery: 50).Skip(1)], s_timeBase);

        Assert.Equal("it starts in the middle of a group of pictures", plan.Obstacle);
    }

    private static VideoPacket[] Packets(int frames, int keyEvery) =>
        [.. Enumerable.Range(0, frames).Select(index => new VideoPacket(index, 1, index % keyEvery == 0, IsDiscarded: false))];
}
