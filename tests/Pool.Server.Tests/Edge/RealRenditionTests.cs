using System.Diagnostics;
using System.Text.RegularExpressions;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Edge;

/// <summary>Renditions of the real worker as a gateway downloads and verifies them (protocol §4.8 to §4.10, §8.4).</summary>
public sealed partial class RealRenditionTests : ServerTest
{
    [Fact]
    public async Task Both_containers_come_back_with_exact_pixels_and_a_perceptual_hash()
    {
        await using var worker = await RealWorker.JoinAsync(Server);
        var segment = MadeRendition.Of(640, 360, 50);
        var terms = await Gateway.GetOrchestratorAsync();

        var answer = await Gateway.SegmentAsync(Job(terms, segment), segment);

        Assert.True(CapabilitySet.Default.IsSubsetOf(CapabilityCheck.SetOf(terms.Capabilities)), "Less is offered than every stock orchestrator has.");
        Assert.Equal("", answer.Error);
        foreach (var ((type, width, height), rendition) in new[] { ("video/mp4", 320, 180), ("video/mp2t", 426, 240), ("video/mp4", 256, 144) }.Zip(answer.Renditions))
        {
            using var served = await Gateway.DownloadAsync(rendition.Url);
            var bytes = await served.Content.ReadAsByteArrayAsync();
            using var hash = await Gateway.DownloadAsync(rendition.PerceptualHashUrl);

            Assert.Equal(type, served.Content.Headers.ContentType?.MediaType);
            Assert.Equal((width, height, rendition.Pixels), await DecodeAsync(bytes));
            Assert.Equal(200, (int)hash.StatusCode);
            Assert.NotEmpty(await hash.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Every_codec_comes_back_with_exact_pixels()
    {
        await using var worker = await RealWorker.JoinAsync(Server);
        var segment = MadeRendition.Of(640, 360, 25);
        var terms = await Gateway.GetOrchestratorAsync();
        var credentials = TestJob.Credentials(terms, segment);
        credentials.Duration = 30_000;   // so that a busy machine has the time
        credentials.FullProfiles.Clear();
        credentials.FullProfiles3.Add(new VideoProfile { Name = "a", Width = 320, Height = 180, Bitrate = 300_000, Encoder = VideoProfile.Types.VideoCodec.H265 });
        credentials.FullProfiles3.Add(new VideoProfile { Name = "b", Width = 426, Height = 240, Quality = 30, Encoder = VideoProfile.Types.VideoCodec.H265, Format = VideoProfile.Types.Format.Mp4, Fps = 10, Gop = 1000 });
        credentials.FullProfiles3.Add(new VideoProfile { Name = "c", Width = 256, Height = 144, Bitrate = 200_000, Encoder = VideoProfile.Types.VideoCodec.Vp9, Format = VideoProfile.Types.Format.Mp4 });
        credentials.FullProfiles3.Add(new VideoProfile { Name = "d", Width = 640, Height = 360, Bitrate = 20_000, Encoder = VideoProfile.Types.VideoCodec.Vp9, Format = VideoProfile.Types.Format.Mp4, Fps = 30000, FpsDen = 1001, Gop = 500 });
        credentials.FullProfiles3.Add(new VideoProfile { Name = "e", Width = 134, Height = 10, Bitrate = 50_000, Encoder = VideoProfile.Types.VideoCodec.H265, Gop = -1 });
        credentials.Capabilities.Bitstring.Clear();
        credentials.Capabilities.Bitstring.Add(CapabilitySet.FromNumbers([0, 1, 2, 3, 11, 12, 16, 20, 26]).ToWords());

        var answer = await Gateway.SegmentAsync(credentials, segment);

        Assert.Equal("", answer.Error);
        foreach (var ((type, width, height), rendition) in s_everyCodec.Zip(answer.Renditions))
        {
            using var served = await Gateway.DownloadAsync(rendition.Url);

            Assert.Equal(type, served.Content.Headers.ContentType?.MediaType);
            Assert.Equal((width, height, rendition.Pixels), await DecodeAsync(await served.Content.ReadAsByteArrayAsync()));
        }
    }

    [Fact]
    public async Task A_segment_that_is_no_video_is_told_in_a_word_on_which_a_gateway_keeps_its_session()
    {
        await using var worker = await RealWorker.JoinAsync(Server);

        var answer = await Gateway.SegmentAsync(await Gateway.GetOrchestratorAsync());

        Assert.Contains(answer.Error, Shared.Contracts.InputFault.Words);
    }

    private static readonly (string Type, int Width, int Height)[] s_everyCodec =
        [("video/mp2t", 320, 180), ("video/mp4", 426, 240), ("video/mp4", 256, 144), ("video/mp4", 640, 360), ("video/mp2t", 134, 76)];

    private static SegData Job(OrchestratorInfo terms, byte[] segment)
    {
        var credentials = TestJob.Credentials(terms, segment);
        credentials.FullProfiles.Clear();
        credentials.FullProfiles3.Add(new VideoProfile { Name = "a", Width = 320, Height = 180, Bitrate = 300_000, Format = VideoProfile.Types.Format.Mp4, Profile = VideoProfile.Types.Profile.H264High });
        credentials.FullProfiles3.Add(new VideoProfile { Name = "b", Width = 426, Height = 240, Bitrate = 400_000, Fps = 10 });
        credentials.FullProfiles3.Add(new VideoProfile { Name = "c", Width = 256, Height = 144, Bitrate = 200_000, Format = VideoProfile.Types.Format.Mp4, Fps = 30, FpsDen = 2, Gop = 500 });
        credentials.CalcPerceptualHash = true;
        credentials.Capabilities.Bitstring.Clear();
        credentials.Capabilities.Bitstring.Add(CapabilitySet.FromNumbers([0, 1, 2, 3, 9, 11, 12, 14, 26]).ToWords());
        return credentials;
    }

    /// <summary>Width, height and pixels of every frame that FFmpeg decodes.</summary>
    private static async Task<(int Width, int Height, long Pixels)> DecodeAsync(byte[] bytes)
    {
        var file = Path.Combine(Path.GetTempPath(), $"pool-{Guid.NewGuid():N}");
        await File.WriteAllBytesAsync(file, bytes);
        try
        {
            using var process = Process.Start(new ProcessStartInfo("ffprobe", $"-v error -select_streams v:0 -show_entries frame=width,height -of csv=p=0 {file}")
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            })!;
            var frames = Size().Matches(await process.StandardOutput.ReadToEndAsync())
                .Select(frame => (Width: int.Parse(frame.Groups[1].Value), Height: int.Parse(frame.Groups[2].Value))).ToList();
            await process.WaitForExitAsync();
            return (frames[0].Width, frames[0].Height, frames.Sum(frame => (long)frame.Width * frame.Height));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [GeneratedRegex("^([0-9]+),([0-9]+)", RegexOptions.Multiline, 1000)]
    private static partial Regex Size();
}
