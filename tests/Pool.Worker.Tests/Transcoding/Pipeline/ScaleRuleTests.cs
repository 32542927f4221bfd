using FsCheck;
using FsCheck.Fluent;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Tests.Transcoding.Pipeline;

public sealed class ScaleRuleTests
{
    [Theory]
    [InlineData(1280, 720, 640, 360, 640, 360)]
    [InlineData(1280, 720, 426, 240, 426, 240)]
    [InlineData(720, 1280, 640, 360, 360, 640)]
    [InlineData(640, 480, 640, 360, 640, 480)]
    [InlineData(1920, 800, 1280, 720, 1280, 534)]
    [InlineData(1280, 720, 10, 10, 146, 82)]
    [InlineData(4000, 16, 640, 360, 12500, 50)]
    [InlineData(128, 72, 641, 359, 640, 360)]
    [InlineData(720, 1280, 16, 16, 146, 260)]
    public void Larger_side_of_the_input_becomes_the_larger_side_of_the_box(int inputWidth, int inputHeight, int width, int height, int expectedWidth, int expectedHeight) =>
        Assert.Equal((expectedWidth, expectedHeight), ScaleRule.Fit(inputWidth, inputHeight, width, height));

    [Fact]
    public void Sizes_are_even_and_turn_with_the_input() =>
        Prop.ForAll(
            Gen.Choose(16, 4096).Four().ToArbitrary(),
            sizes =>
            {
                var (inputWidth, inputHeight, width, height) = sizes;
                var upright = ScaleRule.Fit(inputWidth, inputHeight, width, height);
                return upright.Width % 2 == 0 && upright.Height % 2 == 0 && Math.Min(upright.Width, upright.Height) >= ScaleRule.MinHeight;
            }).QuickCheckThrowOnFailure();
}
