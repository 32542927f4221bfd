using Google.Protobuf;
using Microsoft.Extensions.Options;
using Pool.Server.Dispatch;
using Pool.Server.Node;
using Pool.Server.Segments;
using Pool.Server.Tickets;
using Pool.Server.Workers;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary>Builds what we say of ourselves (protocol §3.4): in GetOrchestrator and as the <c>info</c> of every result.</summary>
internal sealed class OrchestratorAnswers(IOptions<NodeOptions> node, WorkerRegistry workers, ITickets tickets)
{
    /// <summary>Version of go-livepeer whose wire behaviour we have; gateways may demand a minimum (protocol §2.3).</summary>
    public const string NetworkVersion = "0.9.1";

    /// <summary>Renditions that nobody here can count, so that they are not offered whatever a worker can do (design: a worker's word is never believed).</summary>
    private static readonly CapabilitySet s_uncountable = CapabilitySet.Of(Capability.Vp8Encode);

    /// <summary>Everything that workers may turn out to be able to do once they are back: transcoding, whole.</summary>
    private static readonly CapabilitySet s_hoped = CapabilitySet.FromNumbers(
        Enumerable.Range(0, (int)Capability.SegmentSlicing + 1).Where(number => !s_uncountable.Contains(number)));

    private readonly string _serviceUri = node.Value.EffectiveServiceUri.GetLeftPart(UriPartial.Authority);

    /// <summary>URL of a rendition or perceptual hash in the spool; its name is random and says nothing (protocol §4.9).</summary>
    public string StreamUrl(SpoolFile file) => $"{_serviceUri}/stream/{file.Name}";

    /// <summary>What we say to this gateway, or why nothing can be offered to it now: exactly one of the two.</summary>
    public async ValueTask<(OrchestratorInfo? Info, string? Refusal)> InfoAsync(PaymentAccount account, AuthToken token, CancellationToken cancellationToken)
    {
        var offer = await tickets.OfferAsync(account, cancellationToken);
        var info = offer is TermsVerdict.Offered terms
            ? new OrchestratorInfo
            {
                Transcoder = _serviceUri,
                Address = ByteString.CopyFrom(tickets.Account.ToBytes()),
                Capabilities = Capabilities(),
                AuthToken = token,
                TicketParams = terms.Ticket,
                PriceInfo = terms.Price,
            }
            : null;
        return (info, (offer as TermsVerdict.Refused)?.Reason);
    }

    /// <summary>
    /// What a segment's needs are held against (protocol §4.2, step 7). With nobody connected, as just after a restart, nobody knows what
    /// can be done: a session that was given terms is not refused for that, its segment waits for a worker.
    /// </summary>
    public Shared.Livepeer.Wire.Capabilities CapabilitiesForJobs()
    {
        var ours = Capabilities();
        if (workers.Connected.Count == 0)
        {
            ours.Bitstring.Clear();
            ours.Bitstring.Add(s_hoped.ToWords());
        }

        return ours;
    }

    /// <summary>What connected workers can do, and what needs no worker. Follows workers as they come and go.</summary>
    public Shared.Livepeer.Wire.Capabilities Capabilities()
    {
        var capacities = workers.CapabilityCapacities().Where(entry => entry.Key >= 0 && !s_uncountable.Contains(entry.Key)).ToDictionary(entry => (uint)entry.Key, entry => (uint)entry.Value);
        foreach (var own in WorkNeeds.OfOrchestrator.ToNumbers())
        {
            capacities[(uint)own] = 1;
        }

        var capabilities = new Shared.Livepeer.Wire.Capabilities { Version = NetworkVersion };
        capabilities.Bitstring.Add(CapabilitySet.FromNumbers([.. capacities.Keys.Select(number => (int)number)]).ToWords());
        capabilities.Capacities.Add(capacities);
        return capabilities;
    }
}
