using Pool.Shared.Contracts;
using Pool.Shared.Media;
using Pool.Worker.FFmpeg;
using Pool.Worker.Tests.Transcoding.Formats;
using Pool.Worker.Transcoding;
using Pool.Worker.Transcoding.Devices;
using Pool.Worker.Transcoding.Formats;
using Pool.Worker.Transcoding.Host;
using Pool.Worker.Transcoding.Pipeline;

namespace Pool.Worker.Tests.Transcoding.Devices;

public sealed class DeviceEngineTests
{
    private static readonly VideoProfile[] s_profiles =
        [.. Enumerable.Range(0, 5).Select(index => Engine.P90 with { Name = $"{index}", Width = 160 + (16 * index), Height = 90 + (9 * index) })];

    public DeviceEngineTests() => FFmpegLibraries.Load();

    [Theory]
    [InlineData(1, 5)]
    [InlineData(2, 3)]
    [InlineData(5, 1)]
    [InlineData(16, 1)]
    public void A_segment_with_more_renditions_than_encoders_is_read_again_for_the_rest(int encoders, int reads)
    {
        using var device = new PretendedDevice(encoders);
        var output = new Renditions(s_profiles.Length);

        var frames = new DeviceEngine(device, TimeProvider.System).Transcode(Job(s_profiles), ProofClips.Read(ProofClips.H264), output, CancellationToken.None);

        Assert.Equal(6, frames);
        Assert.Equal(reads, device.Readers);
        Assert.True(output.MostOpen <= encoders);
        Assert.All(s_profiles, (profile, index) =>
        {
            var facts = MediaTool.Probe(output.Bytes(index));
            Assert.Equal(profile.Width, facts.Size.Width);
            Assert.Equal(6, facts.Frames);
        });
    }

    [Fact]
    public void Frames_as_gpus_store_them_give_the_same_pictures_and_the_same_signature()
    {
        using var planes = new PretendedDevice(1);
        using var gpu = new PretendedDevice(1) { Stored = AVPixelFormat.AV_PIX_FMT_NV12 };

        var (expected, signature) = Signed(planes);
        var (rendition, itsSignature) = Signed(gpu);

        Assert.NotEmpty(signature);
        Assert.Equal(signature, itsSignature);
        Assert.Equal(expected, rendition);
    }

    [Fact]
    public void What_a_device_does_not_take_after_all_is_decoded_on_the_cpu_and_comes_out_the_same()
    {
        using var without = new PretendedDevice(1);
        using var fails = new PretendedDevice(1) { PretendsToDecode = true };

        Assert.Equal(Signed(without).Rendition, Signed(fails).Rendition);
    }

    [Fact]
    public void A_segment_is_not_blamed_when_the_device_decodes_nothing_of_it()
    {
        using var without = new PretendedDevice(1);
        using var gone = new PretendedDevice(1) { PretendsToDecode = true, IsGone = true };

        var (expected, signature) = Signed(without);
        var (rendition, itsSignature) = Signed(gone);

        Assert.Equal(expected, rendition);
        Assert.Equal(signature, itsSignature);
    }

    [Fact]
    public void A_segment_that_nobody_can_decode_is_refused_in_the_networks_words()
    {
        using var device = new PretendedDevice(1) { PretendsToDecode = true };

        var refused = Assert.Throws<InputFaultException>(() => new DeviceEngine(device, TimeProvider.System).Transcode(
            Job([Engine.P90]), new byte[100_000], new MemoryRendition(), CancellationToken.None));

        Assert.Equal(InputFault.InvalidVideo, refused.Message);
    }

    [Fact]
    public void What_nobody_can_make_is_refused_before_any_part_of_it_is_made()
    {
        using var device = new PretendedDevice(1);
        var output = new Renditions(11);

        var refused = Assert.Throws<InputFaultException>(() => new DeviceEngine(device, TimeProvider.System).Transcode(
            Job([.. Enumerable.Repeat(Engine.P90, 11)]), ProofClips.Read(ProofClips.H264), output, CancellationToken.None));

        Assert.Equal(InputFault.TooManyOutputs, refused.Message);
        Assert.Equal(0, device.Readers);
    }

    [Fact]
    public void An_encoder_that_the_device_refuses_is_the_devices_fault_and_its_place_is_free_again()
    {
        using var device = new PretendedDevice(1) { Refusal = "pretended:0: no session is free." };
        var engine = new DeviceEngine(device, TimeProvider.System);

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refused = Assert.Throws<DeviceException>(
                () => engine.Transcode(Job([Engine.P90]), ProofClips.Read(ProofClips.H264), new Renditions(1), CancellationToken.None));
            Assert.Equal("pretended:0: no session is free.", refused.Message);
        }
    }

    [Fact]
    public void A_rendition_that_lacks_frames_is_not_done()
    {
        using var device = new PretendedDevice(1) { LeavesFramesOut = true };
        var noise = MediaTool.Make("-f lavfi -i testsrc2=size=320x180:rate=25:duration=1,noise=alls=80:allf=t -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
        var profile = Engine.P90 with { Codec = VideoCodec.Vp9, Container = Container.Mp4, BitrateBps = 20_000 };
        var output = new MemoryRendition();

        var broken = Assert.Throws<InvalidOperationException>(
            () => new DeviceEngine(device, TimeProvider.System).Transcode(Job([profile]), noise, output, CancellationToken.None));

        Assert.Matches("a rendition has [0-9]+ of the 25 frames that were encoded", broken.Message);
        Assert.Empty(output.Bytes);
    }

    [Fact]
    public void Capabilities_are_proven_on_the_device_itself()
    {
        using var good = new PretendedDevice(3);
        using var bad = new PretendedDevice(3) { Refusal = "no" };

        Assert.Equal(EngineCapabilities.Prove().Proven, EngineCapabilities.Prove(new DeviceEngine(good, TimeProvider.System).Transcode).Proven);
        Assert.Empty(EngineCapabilities.Prove(new DeviceEngine(bad, TimeProvider.System).Transcode).Proven.ToNumbers());
    }

    private static (byte[] Rendition, byte[] Signature) Signed(PretendedDevice device)
    {
        var output = new MemoryRendition();
        new DeviceEngine(device, TimeProvider.System).Transcode(
            Job([Engine.P90]) with { IsSignatureWanted = true }, ProofClips.Read(ProofClips.H264), output, CancellationToken.None);
        return (output.Bytes, output.Signature);
    }

    private static HostJob Job(IReadOnlyList<VideoProfile> profiles) => new("", profiles, null, 0, ForceReinit: false, IsSignatureWanted: false);

    /// <summary>Keeps renditions, and counts how many are open at once: from their first byte to their end.</summary>
    private sealed class Renditions(int count) : IRenditionOutput
    {
        private readonly MemoryStream[] _files = [.. Enumerable.Range(0, count).Select(_ => new MemoryStream())];
        private readonly HashSet<int> _open = [];
        private readonly HashSet<int> _ended = [];

        internal int MostOpen { get; private set; }

        internal byte[] Bytes(int rendition)
        {
            Assert.Contains(rendition, _ended);
            return _files[rendition].ToArray();
        }

        public void Write(int rendition, ReadOnlySpan<byte> bytes)
        {
            lock (_open)
            {
                _open.Add(rendition);
                MostOpen = Math.Max(MostOpen, _open.Count);
                _files[rendition].Write(bytes);
            }
        }

        public void Sign(int rendition, ReadOnlySpan<byte> signature) => Assert.Fail("Nobody asked for a signature.");

        public void End(int rendition)
        {
            lock (_open)
            {
                _open.Remove(rendition);
                Assert.True(_ended.Add(rendition));
            }
        }
    }
}
