using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Shared.Media;
using VideoProfile = Pool.Shared.Media.VideoProfile;
using WireProfile = Pool.Shared.Livepeer.Wire.VideoProfile;

namespace Pool.Shared.Tests.Livepeer;

public sealed class ProfileTests
{
    [Fact]
    public void Every_profile_survives_the_wire() => Check.QuickThrowOnFailure(Prop.ForAll(Profiles(), profile =>
        ProfileWire.FromWire(WireProfile.Parser.ParseFrom(ProfileWire.ToWire(profile).ToByteArray())) == profile));

    [Fact]
    public void Every_list_of_profiles_survives_a_segments_credentials() => Check.QuickThrowOnFailure(Prop.ForAll(
        Profiles().Generator.ListOf().ToArbitrary(),
        profiles =>
        {
            var (one, two, three) = (new WireProfile(), new WireProfile(), new WireProfile());
            var segData = new SegData { FullProfiles = { one }, FullProfiles2 = { two }, FullProfiles3 = { three } };
            SegDataProfiles.Write(segData, [.. profiles]);
            var lists = new[] { segData.FullProfiles, segData.FullProfiles2, segData.FullProfiles3 };
            return SegDataProfiles.Read(segData).Profiles is { } read && read.SequenceEqual(profiles) &&
                lists.Count(list => list.Count > 0) == (profiles.Count > 0 ? 1 : 0);
        }));

    [Fact]
    public void First_list_that_is_not_empty_wins_whatever_the_others_hold()
    {
        var broken = new WireProfile { Format = (WireProfile.Types.Format)9 };
        var segData = new SegData { FullProfiles = { broken }, FullProfiles2 = { new WireProfile { Name = "two" } } };

        Assert.Equal("two", NamesOf(segData));

        segData.FullProfiles3.Add(new WireProfile { Name = "three" });
        Assert.Equal("three", NamesOf(segData));
    }

    [Fact]
    public void Missing_name_is_named_by_the_reader_as_the_network_names_it()
    {
        var profile = ProfileWire.FromWire(new WireProfile { Width = 640, Height = 360, Bitrate = 1200000 });

        Assert.Equal("net_640x360_1200000", profile.Name);
        Assert.Equal("ffmpeg_640x360_1200000", ProfileWire.ToWire(profile with { Name = "" }).Name);
    }

    [Theory]
    [InlineData(2, 0, 0, "unrecognized profile output format")]
    [InlineData(-1, 0, 0, "unrecognized profile output format")]
    [InlineData(0, 5, 0, "unrecognized encoder profile")]
    [InlineData(0, 0, 4, "unrecognized video codec")]
    [InlineData(7, 7, 7, "unrecognized profile output format")]
    public void Enum_that_does_not_exist_is_refused_in_the_networks_words(int format, int profile, int codec, string fault)
    {
        var broken = new WireProfile
        {
            Format = (WireProfile.Types.Format)format,
            Profile = (WireProfile.Types.Profile)profile,
            Encoder = (WireProfile.Types.VideoCodec)codec,
        };

        var reading = SegDataProfiles.Read(new SegData { FullProfiles = { new WireProfile(), broken } });

        Assert.False(reading.IsRead);
        Assert.Equal(fault, reading.Fault);
        Assert.Throws<ArgumentException>(() => ProfileWire.FromWire(broken));
    }

    [Fact]
    public void Colour_that_nobody_knows_is_taken_as_sent()
    {
        var sent = new WireProfile { Name = "a", ChromaFormat = (WireProfile.Types.ChromaSubsampling)77, ColorDepth = -4 };

        Assert.Equal(sent, ProfileWire.ToWire(ProfileWire.FromWire(sent)));
    }

    [Theory]
    [InlineData(0u, EncoderProfile.Default, 0, Container.MpegTs, 1, 0, 0)]
    [InlineData(0u, EncoderProfile.Default, 0, Container.Mp4, 0, 1, 0)]
    [InlineData(1u, EncoderProfile.Default, 0, Container.Mp4, 0, 0, 1)]
    [InlineData(0u, EncoderProfile.H264Main, 0, Container.MpegTs, 0, 0, 1)]
    [InlineData(0u, EncoderProfile.Default, -1, Container.MpegTs, 0, 0, 1)]
    public void List_is_chosen_by_what_its_readers_understand(
        uint denominator, EncoderProfile encoderProfile, int gop, Container container, int first, int second, int third)
    {
        var profile = new VideoProfile
        {
            Name = "a",
            Width = 2,
            Height = 2,
            BitrateBps = 1,
            FrameRateDenominator = denominator,
            EncoderProfile = encoderProfile,
            GopMilliseconds = gop,
            Container = container,
        };
        var segData = new SegData();

        SegDataProfiles.Write(segData, [profile]);

        Assert.Equal((first, second, third), (segData.FullProfiles.Count, segData.FullProfiles2.Count, segData.FullProfiles3.Count));
    }

    private static string NamesOf(SegData segData) =>
        string.Join(',', (SegDataProfiles.Read(segData).Profiles ?? []).Select(profile => profile.Name));

    /// <summary>Named profiles with every field anywhere in its range, defaults often.</summary>
    private static Arbitrary<VideoProfile> Profiles() =>
        (from name in Gen.Elements("a", "P240p30fps16x9", "Ünï ☃", "../../etc")
         from numbers in Gen.Frequency((2, Gen.Constant(0)), (1, Gen.Choose(int.MinValue, int.MaxValue))).ArrayOf(8)
         from enums in Gen.Choose(0, 1).ArrayOf(3)
         select new VideoProfile
         {
             Name = name,
             Width = numbers[0],
             Height = numbers[1],
             BitrateBps = numbers[2],
             FrameRateNumerator = (uint)numbers[3],
             FrameRateDenominator = (uint)numbers[4],
             GopMilliseconds = numbers[5],
             ColorDepth = numbers[6],
             Quality = (uint)numbers[7],
             Container = (Container)enums[0],
             Codec = (VideoCodec)(enums[1] * 3),
             EncoderProfile = (EncoderProfile)(enums[2] * 4),
         }).ToArbitrary();
}
