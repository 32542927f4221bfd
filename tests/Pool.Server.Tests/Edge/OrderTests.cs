using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.DependencyInjection;
using Pool.Server.Livepeer;
using Pool.Server.Tests.Kit;
using Pool.Server.Tickets;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Tests.Edge;

/// <summary>The order of the refusals (protocol §4.2): of everything that is wrong with a request, the first step in the table is told.</summary>
public sealed class OrderTests : IAsyncLifetime
{
    private readonly StubTickets _tickets = new();
    private RunningServer? _server;
    private TestWorker? _worker;

    /// <summary>A fault, and the answer to it.</summary>
    private sealed record Step(string Fault, int Status, string Text);

    private static readonly Step[] s_steps =
    [
        new("1 payment is no base64", 402, "base64 decode error: "),
        new("1 payment is no message", 402, "protobuf unmarshal error: "),
        new("2 segment is no base64", 403, "ErrorSegEncoding\n"),
        new("3 segment is no message", 403, ""),
        new("4 profile", 403, "unrecognized profile output format\n"),
        new("5 duration", 403, "invalid duration\n"),
        new("6 signature", 403, "ErrSegSig\n"),
        new("7 capabilities", 403, "incompatible capabilities\n"),
        new("8 no token", 403, "missing auth token\n"),
        new("9 foreign token", 403, "invalid auth token\n"),
        new("10 old token", 403, "expired auth token\n"),
        new("thousands of profiles", 403, "Too many outputs\n"),
        new("11 full", 403, "OrchestratorCapped\n"),
        new("12 no offer", 500, "Internal Server Error\n"),
        new("13 payment", 400, "insufficient balance of the test\n"),
        new("16 address", 400, "BadRequest\n"),
        new("17 hash", 403, "Forbidden\n"),
    ];

    private RunningServer Server => _server ?? throw new InvalidOperationException("The server is not started yet.");

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(services => services.AddSingleton<ITickets>(_tickets));
        _worker = await TestWorker.JoinAsync(Server, capacity: 1, work: assignment => TestAssignment.AnswerAsync(assignment));
    }

    public async Task DisposeAsync()
    {
        await _worker!.DisposeAsync();
        await Server.DisposeAsync();
    }

    [Fact]
    public async Task Every_fault_hides_those_that_come_after_it()
    {
        var terms = await Server.Gateway.GetOrchestratorAsync();
        var other = await Server.Gateway.GetOrchestratorAsync();
        await Server.Gateway.SegmentAsync(other);

        for (var first = 0; first < s_steps.Length; first++)
        {
            var faults = s_steps[first..].Select(step => step.Fault).ToHashSet(StringComparer.Ordinal);
            if (!faults.Contains("11 full"))
            {
                await Server.Gateway.EndSessionAsync(other.AuthToken);
            }

            using var request = Request(terms, faults);
            using var response = await Server.Gateway.SendAsync(request, first % 2 == 0 ? Kit.HttpVersion.Two : Kit.HttpVersion.One);
            var answer = await SegmentAnswer.ReadAsync(response);

            Assert.Equal((s_steps[first].Fault, s_steps[first].Status), (s_steps[first].Fault, answer.Status));
            Assert.StartsWith(s_steps[first].Text, answer.Text, StringComparison.Ordinal);
            Assert.True(answer.Text.EndsWith('\n') && answer.Text.Count(letter => letter == '\n') == 1, s_steps[first].Fault);
        }

        using var good = Request(terms, []);
        using var taken = await Server.Gateway.SendAsync(good);
        Assert.Equal(2, (await SegmentAnswer.ReadAsync(taken)).Renditions.Count);
    }

    private HttpRequestMessage Request(OrchestratorInfo terms, HashSet<string> faults)
    {
        _tickets.IsStrict = faults.Contains("6 signature");
        _tickets.OfferRefusal = faults.Contains("12 no offer") ? "insufficient sender reserve" : null;
        _tickets.PaymentRefusal = faults.Contains("13 payment") ? "insufficient balance of the test" : null;
        var segment = TestJob.Segment();
        var credentials = TestJob.Credentials(terms, segment);
        Spoil(credentials, faults);
        var header = faults.Contains("2 segment is no base64") ? "%%%"
            : faults.Contains("3 segment is no message") ? Convert.ToBase64String([0x0a, 0xff])
            : WireHeaders.Encode(credentials);
        var request = Server.Gateway.SegmentRequest(header, faults.Contains("17 hash") ? TestJob.Segment(seed: 9) : segment);
        if (faults.Contains("1 payment is no message"))
        {
            request.Headers.Remove(WireHeaders.Payment);
            request.Headers.TryAddWithoutValidation(
                WireHeaders.Payment, faults.Contains("1 payment is no base64") ? "%%%" : Convert.ToBase64String([0x0a, 0xff]));
        }

        if (faults.Contains("16 address"))
        {
            request.Content = new ByteArrayContent(Encoding.ASCII.GetBytes("http://127.0.0.1/segment"));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/vnd+livepeer.uri");
        }

        return request;
    }

    private void Spoil(SegData credentials, HashSet<string> faults)
    {
        if (faults.Contains("10 old token"))
        {
            var tokens = Server.Services.GetRequiredService<NetworkIdentity>().Tokens;
            credentials.AuthToken = tokens.Issue(credentials.AuthToken.SessionId, Server.Time.GetUtcNow() - TimeSpan.FromSeconds(1));
        }

        if (faults.Contains("9 foreign token"))
        {
            credentials.AuthToken.Token = ByteString.CopyFrom(new byte[32]);
        }

        if (faults.Contains("8 no token"))
        {
            credentials.AuthToken = null;
        }

        if (faults.Contains("7 capabilities"))
        {
            credentials.Capabilities.Bitstring[0] |= 1UL << (int)Capability.HevcDecode;
        }

        if (faults.Contains("5 duration"))
        {
            credentials.Duration = 300_001;
        }

        if (faults.Contains("thousands of profiles"))
        {
            credentials.FullProfiles.AddRange(Enumerable.Repeat(credentials.FullProfiles[0].Clone(), 5000));
        }

        if (faults.Contains("4 profile"))
        {
            credentials.FullProfiles[^1].Format = (VideoProfile.Types.Format)9;
        }
    }
}
