using FsCheck;
using FsCheck.Fluent;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>A second attempt's bytes on their way to a sink that has had some of them.</summary>
public sealed class RenditionFlowTests
{
    [Fact]
    public void However_two_attempts_are_cut_into_pieces_the_sink_gets_every_byte_once() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(), ArbMap.Default.ArbFor<PositiveInt>(), ArbMap.Default.ArbFor<PositiveInt>(), (bytes, first, second) =>
        {
            var sink = new CollectingSink(1);
            var flow = new RenditionFlow(sink, 1);
            Push(flow, bytes[..(bytes.Length / 2)], first.Get);

            flow.Restart();
            Push(flow, bytes, second.Get);

            Assert.True(flow.CompleteAllAsync(CancellationToken.None).IsCompletedSuccessfully);
            return sink.Bytes(0).SequenceEqual(bytes);
        }));

    [Fact]
    public void Other_bytes_than_before_are_noticed_before_any_new_one_is_handed_out()
    {
        var sink = new CollectingSink(1);
        var flow = new RenditionFlow(sink, 1);
        Push(flow, [1, 2, 3], 3);
        flow.Restart();

        Push(flow, [1, 9, 3, 4], 4);
        Push(flow, [5], 1);

        Assert.True(flow.IsBroken);
        Assert.Equal([1, 2, 3], sink.Bytes(0));
    }

    [Fact]
    public void An_attempt_that_ends_short_of_the_one_before_is_noticed()
    {
        var flow = new RenditionFlow(new CollectingSink(1), 1);
        Push(flow, [1, 2, 3], 3);
        flow.Restart();
        Push(flow, [1, 2], 2);

        Assert.True(flow.CompleteAsync(0, CancellationToken.None).AsTask().IsCompletedSuccessfully);

        Assert.True(flow.IsBroken);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    [InlineData(int.MaxValue)]
    public void A_rendition_that_nobody_asked_for_is_the_hosts_fault(int index)
    {
        var flow = new RenditionFlow(new CollectingSink(2), 2);

        Assert.True(Assert.Throws<HostBrokenException>(() => flow.WriteAsync(index, new byte[1], CancellationToken.None).AsTask().Wait()).IsJobs);
    }

    [Fact]
    public void Bytes_after_the_end_are_the_hosts_fault()
    {
        var flow = new RenditionFlow(new CollectingSink(1), 1);
        Push(flow, [1], 1);
        Assert.True(flow.CompleteAsync(0, CancellationToken.None).AsTask().IsCompletedSuccessfully);

        Assert.Throws<HostBrokenException>(() => Push(flow, [2], 1));
    }

    private static void Push(RenditionFlow flow, byte[] bytes, int pieceLength)
    {
        foreach (var piece in bytes.Chunk(pieceLength))
        {
            Assert.True(flow.WriteAsync(0, piece, CancellationToken.None).AsTask().IsCompletedSuccessfully);
        }
    }
}
