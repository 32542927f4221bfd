using Pool.Gateway.Profiles;

namespace Pool.EndToEnd.Tests.Gateway;

public class ProfileLadderTests
{
    [Theory]
    [InlineData(1280, 720, "1280x720 854x480")]
    [InlineData(640, 360, "640x360 426x240")]
    [InlineData(1920, 1080, "854x480 426x240")]
    [InlineData(3840, 2160, "854x480 426x240")]
    [InlineData(360, 640, "360x640 240x426")]
    [InlineData(1080, 1920, "480x854 240x426")]
    [InlineData(720, 576, "600x480 450x360")]
    [InlineData(480, 480, "480x480 360x360")]
    [InlineData(256, 144, "256x144")]
    public void A_ladder_keeps_the_aspect_ratio_and_never_enlarges(int width, int height, string ladder)
    {
        var profiles = ProfileLadder.For(width, height);

        Assert.Equal(ladder, string.Join(' ', profiles.Select(profile => $"{profile.Width}x{profile.Height}")));
    }

    [Theory]
    [InlineData(101, 57, "100x56")]
    [InlineData(64, 64, "64x64")]
    public void A_tiny_source_gets_its_own_even_size_only(int width, int height, string size)
    {
        var profile = Assert.Single(ProfileLadder.For(width, height));

        Assert.Equal(size, $"{profile.Width}x{profile.Height}");
    }

    [Fact]
    public void Every_rung_is_even_named_once_and_passes_frame_rates_through()
    {
        for (var width = 16; width <= 2000; width += 7)
        {
            for (var height = 16; height <= 1200; height += 13)
            {
                var profiles = ProfileLadder.For(width, height);

                Assert.All(profiles, profile => Assert.Equal((0, 0, 0u), (profile.Width % 2, profile.Height % 2, profile.FrameRateNumerator)));
                Assert.Equal(profiles.Count, profiles.Select(profile => profile.Name).Distinct(StringComparer.Ordinal).Count());
            }
        }
    }
}
