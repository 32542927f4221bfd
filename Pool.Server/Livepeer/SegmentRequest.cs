using Pool.Server.Tickets;
using Pool.Shared.Contracts;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

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

    /// <summary>Session id of the auth token; it is ours once <see cref="Check"/> has found nothing.</summary>
    public string SessionId => Segment.AuthToken?.SessionId ?? "";

    public PaymentAccount Account => new(Gateway, SessionId);

    public int DurationMilliseconds => Segment.Duration == 0 ? DefaultDurationMilliseconds : Segment.Duration;

    public Clip? Clip => Segment.SegmentParameters is { } part ? new Clip(ToMilliseconds(part.From), ToMilliseconds(part.To)) : null;

    /// <summary>Steps 1 to 5: what the two headers say.</summary>
    public static (SegmentRequest? Request, SegmentRefusal? Refusal) Parse(IHeaderDictionary headers)
    {
        if (!WireHeaders.TryDecode(First(headers, WireHeaders.Payment), Payment.Parser, out var payment, out var fault))
        {
            var kind = fault.Kind == WireHeaderFaultKind.NotBase64 ? "base64 decode error" : "protobuf unmarshal error";
            return (null, new SegmentRefusal(StatusCodes.Status402PaymentRequired, $"{kind}: {fault.Text}"));
        }

        if (!WireHeaders.TryDecode(First(headers, WireHeaders.Segment), SegData.Parser, out var segment, out fault))
        {
            return (null, SegmentRefusal.Forbidden(fault.Kind == WireHeaderFaultKind.NotBase64 ? "ErrorSegEncoding" : fault.Text));
        }

        var reading = SegDataProfiles.Read(segment);
        if (!reading.IsRead)
        {
            return (null, SegmentRefusal.Forbidden(reading.Fault));
        }

        return segment.Duration is < 0 or > MaxDurationMilliseconds
            ? (null, SegmentRefusal.Forbidden("invalid duration"))
            : (new SegmentRequest(segment, payment, reading.Profiles), null);
    }

    /// <summary>Steps 6 to 10: who sent it, what the job needs against what we have, the session's credential; then limits of our own.</summary>
    public SegmentRefusal? Check(ITickets tickets, Shared.Livepeer.Wire.Capabilities ours, AuthTokens tokens, DateTimeOffset now)
    {
        if (!IsSigned(tickets))
        {
            return SegmentRefusal.UnsignedSegment;
        }

        if (!CapabilityCheck.IsCompatible(Segment.Capabilities, ours))
        {
            return SegmentRefusal.Forbidden("incompatible capabilities");
        }

        return tokens.Check(Segment.AuthToken, now) switch
        {
            AuthTokenVerdict.Valid => ProfilesRefusal(),
            AuthTokenVerdict.Missing => SegmentRefusal.Forbidden("missing auth token"),
            AuthTokenVerdict.Expired => SegmentRefusal.Forbidden("expired auth token"),
            _ => SegmentRefusal.Forbidden("invalid auth token"),
        };
    }

    /// <summary>Whether this is the hash that was named: receivers take any length and fit it to 32 bytes (protocol §2).</summary>
    public bool HasHash(ReadOnlySpan<byte> hash)
    {
        Span<byte> named = stackalloc byte[Keccak256.HashBytes];
        named.Clear();
        BigEndian.Fit(Segment.Hash.Span, named);
        return hash.SequenceEqual(named);
    }

    private bool IsSigned(ITickets tickets)
    {
        var flat = SegmentSigning.Flatten(Segment.ManifestId.Span, Segment.Seq, Segment.Hash.Span, Profiles.Select(profile => profile.Name));
        return tickets.IsSignedBy(Gateway, Keccak256.Hash(flat), Segment.Sig.Span);
    }

    /// <summary>A job that no worker could be told of (protocol §11, trap 16). The words are the network's, so no gateway drops us for them.</summary>
    private SegmentRefusal? ProfilesRefusal() =>
        Profiles.Count > MaxProfiles ? SegmentRefusal.Forbidden(InputFault.TooManyOutputs)
        : Profiles.Count == 0 || Profiles.Any(profile => profile.Name.Length > MaxProfileNameLength) ? SegmentRefusal.Forbidden(InputFault.UnrecognizedProfile)
        : null;

    /// <summary>Of a header that is there more than once the first counts, as with the network's own servers.</summary>
    private static string? First(IHeaderDictionary headers, string name) => headers[name] is { Count: > 0 } values ? values[0] : null;

    private static long ToMilliseconds(ulong value) => (long)Math.Min(value, MaxDurationMilliseconds);
}
