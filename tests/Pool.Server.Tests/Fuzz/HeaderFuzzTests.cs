using System.Text;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Fuzz;

/// <summary>Random headers: whatever comes, there is an answer of the network's table and no exception (protocol §4.2).</summary>
public sealed class HeaderFuzzTests
{
    private const int Runs = 3000;

    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly AuthTokens s_tokens = new(new byte[AuthTokens.SecretBytes]);
    private static readonly StubTickets s_tickets = new() { IsStrict = true };

    [Fact]
    public void Changed_credentials_are_read_or_refused() => FuzzRun.Times(Runs, random =>
        Answer(Convert.ToBase64String(FuzzRun.Mutate(Good(random).ToByteArray(), random)), Convert.ToBase64String(FuzzRun.Mutate(GoodPayment().ToByteArray(), random))));

    [Fact]
    public void Changed_text_is_read_or_refused() => FuzzRun.Times(Runs, random =>
    {
        var header = Encoding.Latin1.GetString(FuzzRun.Mutate(Encoding.Latin1.GetBytes(WireHeaders.Encode(Good(random))), random));
        Answer(header, random.Next(2) == 0 ? header : "");
    });

    [Fact]
    public void Random_bytes_are_read_or_refused() => FuzzRun.Times(Runs, random =>
        Answer(Convert.ToBase64String(FuzzRun.Bytes(random, 300)), Convert.ToBase64String(FuzzRun.Bytes(random, 100))));

    [Fact]
    public void Random_fields_are_read_or_refused() => FuzzRun.Times(Runs, random => Answer(WireHeaders.Encode(Good(random)), ""));

    [Fact]
    public void Changed_tokens_are_never_good() => FuzzRun.Times(Runs, random =>
    {
        var token = s_tokens.Issue("0123456789abcdef", s_now + AuthTokens.Validity);
        var changed = TryParse(AuthToken.Parser, FuzzRun.Mutate(token.ToByteArray(), random));
        var isSame = changed is not null && changed.SessionId == token.SessionId && changed.Expiration == token.Expiration && changed.Token == token.Token;
        Assert.True(isSame || s_tokens.Check(changed, s_now) != AuthTokenVerdict.Valid);
    });

    private static T? TryParse<T>(MessageParser<T> parser, byte[] bytes)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private static void Answer(string segment, string payment)
    {
        var headers = new HeaderDictionary { [WireHeaders.Segment] = segment, [WireHeaders.Payment] = payment };
        var (request, refusal) = SegmentRequest.Parse(headers);
        refusal ??= request!.Check(new StubTickets(), new Capabilities { Version = "0.9.1", Bitstring = { 0x4005FFF } }, s_tokens, s_now);
        _ = request?.Check(s_tickets, new Capabilities(), s_tokens, s_now);
        if (refusal is not null)
        {
            Assert.True(refusal.Status is 402 or 403, $"{refusal.Status} {refusal.Text}");
            Assert.DoesNotContain('\n', refusal.Text);
            return;
        }

        // What is accepted is within the bounds that workers are told of.
        Assert.InRange(request!.Profiles.Count, 1, SegmentRequest.MaxProfiles);
        Assert.InRange(request.DurationMilliseconds, 1, SegmentRequest.MaxDurationMilliseconds);
        Assert.All(request.Profiles, profile => Assert.InRange(profile.Name.Length, 1, SegmentRequest.MaxProfileNameLength));
        _ = (request.Clip, request.Account, request.HasHash(new byte[32]));
    }

    private static Payment GoodPayment() => new()
    {
        Sender = ByteString.CopyFrom(new byte[20]),
        TicketParams = new TicketParams { FaceValue = ByteString.CopyFrom(1, 2, 3) },
        TicketSenderParams = { new TicketSenderParams { SenderNonce = 1, Sig = ByteString.CopyFrom(new byte[65]) } },
        ExpectedPrice = new PriceInfo { PricePerUnit = 1, PixelsPerUnit = 1 },
    };

    private static SegData Good(Random random)
    {
        var segment = new SegData
        {
            ManifestId = ByteString.CopyFrom(FuzzRun.Bytes(random, 40)),
            Seq = random.NextInt64(long.MinValue, long.MaxValue),
            Hash = ByteString.CopyFrom(FuzzRun.Bytes(random, 70)),
            Duration = random.Next(4) == 0 ? random.Next(int.MinValue, int.MaxValue) : random.Next(300_001),
            Capabilities = new Capabilities { Bitstring = { random.Next(4) == 0 ? (ulong)random.NextInt64() : 0x4001003UL } },
            AuthToken = s_tokens.Issue("session", s_now + AuthTokens.Validity),
            SegmentParameters = new SegParameters { From = (ulong)random.NextInt64(), To = (ulong)random.NextInt64() },
        };
        segment.Capabilities.Constraints = new Capabilities.Types.Constraints { MinVersion = $"{random.Next(2)}.{random.Next(20)}.{random.Next(20)}-{random.Next()}" };
        var list = random.Next(3) switch { 0 => segment.FullProfiles, 1 => segment.FullProfiles2, _ => segment.FullProfiles3 };
        for (var profiles = random.Next(70); profiles > 0; profiles--)
        {
            list.Add(new VideoProfile
            {
                Name = new string((char)random.Next(1, 0xd800), random.Next(300)),
                Width = random.Next(int.MinValue, int.MaxValue),
                Height = random.Next(int.MinValue, int.MaxValue),
                Bitrate = random.Next(int.MinValue, int.MaxValue),
                Format = (VideoProfile.Types.Format)random.Next(random.Next(10) == 0 ? 3 : 2),
            });
        }

        return segment;
    }
}
