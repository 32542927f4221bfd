using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary>A refusal before the 200: status and text exactly as the network has them (protocol §4.2).</summary>
internal sealed record SegmentRefusal(int Status, string Text)
{
    public static SegmentRefusal Forbidden(string text) => new(StatusCodes.Status403Forbidden, text);

    public static SegmentRefusal HashMismatch { get; } = Forbidden("Forbidden");

    public static SegmentRefusal InternalError { get; } = new(StatusCodes.Status500InternalServerError, "Internal Server Error");

    public static SegmentRefusal BadRequest { get; } = new(StatusCodes.Status400BadRequest, "BadRequest");

    public static SegmentRefusal Capped { get; } = Forbidden("OrchestratorCapped");
}

/// <summary>The two headers of a <c>/segment</c> request, parsed and checked in the network's order (protocol §4.2, steps 1 to 10).</summary>
internal sealed record SegmentRequest(SegData Segment, Payment Payment, IReadOnlyList<Shared.Media.VideoProfile> Profiles)
{
    /// <summary>Longest segment the network knows (protocol §1.4).</summary>
    public const int MaxDurationMilliseconds = 300_000;

    /// <summary>Renditions of one segment; what a worker takes (docs/protocol.md, Assign).</summary>
    public const int MaxProfiles = 64;

    /// <summary>Characters of a profile's name: all of them go to the worker in one message.</summary>
    public const int MaxProfileNameLength = 256;

    /// <summary>What a duration of 0 means (protocol §1.4).</summary>
    private const int DefaultDurationMilliseconds = 2000;

    /// <summary>Sender of the payment; zero off-chain.</summary>
    public Address Gateway => Address.FromWire(Payment.Sender.Span);

    public int DurationMilliseconds => Segment.Duration == 0 ? DefaultDurationMilliseconds : Segment.Duration;

    public Clip? Clip => Segment.SegmentParameters is { } part ? new Clip(ToMilliseconds(part.From), ToMilliseconds(part.To)) : null;

    public static (SegmentRequest? Request, SegmentRefusal? Refusal) Parse(IHeaderDictionary headers)
    {
        if (!WireHeaders.TryDecode(headers[WireHeaders.Payment].ToString(), Payment.Parser, out var payment, out var fault))
        {
            var kind = fault.Kind == WireHeaderFaultKind.NotBase64 ? "base64 decode error" : "protobuf unmarshal error";
            return (null, new SegmentRefusal(StatusCodes.Status402PaymentRequired, $"{kind}: {fault.Text}"));
        }

        if (!WireHeaders.TryDecode(headers[WireHeaders.Segment].ToString(), SegData.Parser, out var segment, out fault))
        {
            return (null, SegmentRefusal.Forbidden(fault.Kind == WireHeaderFaultKind.NotBase64 ? "ErrorSegEncoding" : fault.Text));
        }

        var reading = SegDataProfiles.Read(segment);
        if (reading.Profiles is not { } profiles)
        {
            return (null, SegmentRefusal.Forbidden(reading.Fault ?? "unrecognized profile output format"));
        }

        if (ProfilesFault(profiles) is { } refused)
        {
            return (null, refused);
        }

        return segment.Duration is < 0 or > MaxDurationMilliseconds
            ? (null, SegmentRefusal.Forbidden("invalid duration"))
            : (new SegmentRequest(segment, payment, profiles), null);
    }

    /// <summary>Steps 7 to 10: what the job needs against what we have, then the session's credential.</summary>
    public SegmentRefusal? Check(Shared.Livepeer.Wire.Capabilities ours, AuthTokens tokens, DateTimeOffset now)
    {
        if (!CapabilityCheck.IsCompatible(Segment.Capabilities, ours))
        {
            return SegmentRefusal.Forbidden("incompatible capabilities");
        }

        return tokens.Check(Segment.AuthToken, now) switch
        {
            AuthTokenVerdict.Valid => null,
            AuthTokenVerdict.Missing => SegmentRefusal.Forbidden("missing auth token"),
            AuthTokenVerdict.Expired => SegmentRefusal.Forbidden("expired auth token"),
            _ => SegmentRefusal.Forbidden("invalid auth token"),
        };
    }

    /// <summary>Limits of our own: a job that no worker could be told of (protocol §11, trap 16). The words are the network's, so no gateway drops us for them.</summary>
    private static SegmentRefusal? ProfilesFault(IReadOnlyList<Shared.Media.VideoProfile> profiles) =>
        profiles.Count > MaxProfiles ? SegmentRefusal.Forbidden(InputFault.TooManyOutputs)
        : profiles.Count == 0 || profiles.Any(profile => profile.Name.Length > MaxProfileNameLength) ? SegmentRefusal.Forbidden(InputFault.UnrecognizedProfile)
        : null;

    private static long ToMilliseconds(ulong value) => (long)Math.Min(value, MaxDurationMilliseconds);
}
