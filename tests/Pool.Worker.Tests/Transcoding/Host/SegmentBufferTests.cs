using FsCheck;
using FsCheck.Fluent;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>A segment kept in parts, and how long it may take.</summary>
public sealed class SegmentBufferTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(SegmentBuffer.PartBytes - 1)]
    [InlineData(SegmentBuffer.PartBytes)]
    [InlineData((2 * SegmentBuffer.PartBytes) + 1)]
    public async Task What_comes_in_is_kept_byte_by_byte(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        using var segment = await SegmentBuffer.ReadAsync(new MemoryStream(bytes), length, CancellationToken.None);

        Assert.Equal(length, segment.Length);
        Assert.Equal(bytes, segment.Parts.SelectMany(part => part.ToArray()));
    }

    [Theory]
    [InlineData(SegmentBuffer.PartBytes, SegmentBuffer.PartBytes + 1)]
    [InlineData(SegmentBuffer.PartBytes, SegmentBuffer.PartBytes - 1)]
    [InlineData(10, 300_000_000)]
    public async Task Another_length_than_announced_is_an_error(int length, long announced) =>
        await Assert.ThrowsAsync<IOException>(() => SegmentBuffer.ReadAsync(new MemoryStream(new byte[length]), announced, CancellationToken.None));

    [Fact]
    public void Other_bytes_or_other_renditions_have_another_fingerprint() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), ArbMap.Default.ArbFor<NonEmptyArray<byte>>(), (one, two) =>
        {
            var (first, second) = (Fingerprint(one.Get), Fingerprint(two.Get));
            return (first == second) == one.Get.SequenceEqual(two.Get) && first != Fingerprint(one.Get, "another name");
        }));

    [Fact]
    public void The_time_limit_grows_with_the_duration_and_ends_with_the_networks_longest()
    {
        var options = new TranscodeHostOptions { FileName = "none", TimeFloor = TimeSpan.FromSeconds(20), TimePerSecond = TimeSpan.FromSeconds(10) };

        Assert.Equal(TimeSpan.FromSeconds(40), options.TimeLimit(TimeSpan.FromSeconds(2)));
        Assert.Equal(TimeSpan.FromSeconds(25), options.TimeLimit(TimeSpan.FromSeconds(0.5)));
        Assert.Equal(TimeSpan.FromSeconds(3020), options.TimeLimit(TimeSpan.MaxValue));
        Assert.Equal(options.TimeLimit(TranscodeJob.LongestDuration), options.TimeLimit(TimeSpan.Zero));
    }

    private static string Fingerprint(byte[] bytes, string name = "a name")
    {
        using var segment = SegmentBuffer.ReadAsync(new MemoryStream(bytes), bytes.Length, CancellationToken.None).GetAwaiter().GetResult();
        return segment.Fingerprint([Clips.Small with { Name = name }]);
    }
}
