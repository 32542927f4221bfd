using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>That the bytes are the same whatever memory held before is seen by <c>HostSeriesTests</c>, on a processor with AVX-512.</summary>
public sealed class X264InstructionsTests
{
    [Theory]
    [InlineData(128)]
    [InlineData(640)]
    [InlineData(1270)]   // the last macroblock is begun, too
    [InlineData(1280)]
    [InlineData(1920)]
    public void Where_rows_end_with_a_group_of_eight_macroblocks_the_library_chooses_itself(int width) =>
        Assert.Null(X264Instructions.For(width, hasAvx512: true));

    [Theory]
    [InlineData(16)]
    [InlineData(320)]
    [InlineData(426)]
    [InlineData(854)]
    [InlineData(1282)]
    public void Where_they_do_not_it_does_without_AVX_512_and_with_all_the_rest(int width)
    {
        var names = X264Instructions.For(width, hasAvx512: true)?.Split(',') ?? [];

        Assert.Contains("AVX2", names);
        Assert.DoesNotContain("AVX512", names);
    }

    [Fact]
    public void A_processor_without_it_is_told_nothing() =>
        Assert.All(Enumerable.Range(1, 4096), width => Assert.Null(X264Instructions.For(width, hasAvx512: false)));
}
