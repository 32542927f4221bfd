using Google.Protobuf;
using Microsoft.Extensions.Options;
using Pool.Server.Dispatch;
using Pool.Server.Node;
using Pool.Server.Workers;
using Pool.Shared.Ethereum;
using Pool.Shared.Livepeer;
using Pool.Shared.Livepeer.Wire;

namespace Pool.Server.Livepeer;

/// <summary>Builds what we say of ourselves (protocol §3.4): in GetOrchestrator and as the <c>info</c> of every result.</summary>
internal sealed class OrchestratorAnswers(IOptions<NodeOptions> node, WorkerRegistry workers)
{
    /// <summary>Version of go-livepeer whose wire behaviour we have; gateways may demand a minimum (protocol §2.3).</summary>
    public const string NetworkVersion = "0.9.1";

    private readonly string _serviceUri = node.Value.EffectiveServiceUri.GetLeftPart(UriPartial.Authority);

    /// <summary>URL of a rendition in the spool; the id is random and says nothing (protocol §4.9).</summary>
    public string StreamUrl(string renditionId, string ending) => $"{_serviceUri}/stream/{renditionId}{ending}";

    /// <summary>Off-chain: no ticket params, no price, the zero address.</summary>
    public OrchestratorInfo Info(AuthToken token) => new()
    {
        Transcoder = _serviceUri,
        Address = ByteString.CopyFrom(Address.Zero.ToBytes()),
        Capabilities = Capabilities(),
        AuthToken = token,
    };

    /// <summary>
    /// What a segment's needs are held against (protocol §4.2, step 7). With nobody connected, as just after a restart, nobody knows what
    /// can be done: a session that was given terms is not refused for that, its segment waits for a worker.
    /// </summary>
    public Shared.Livepeer.Wire.Capabilities CapabilitiesFor(Shared.Livepeer.Wire.Capabilities? job)
    {
        var ours = Capabilities();
        if (workers.Connected.Count == 0)
        {
            var hoped = CapabilitySet.FromNumbers([.. CapabilityCheck.SetOf(ours).ToNumbers(), .. CapabilityCheck.SetOf(job).ToNumbers()]);
            ours.Bitstring.Clear();
            ours.Bitstring.Add(hoped.ToWords());
        }

        return ours;
    }

    /// <summary>What connected workers can do, and what needs no worker. Follows workers as they come and go.</summary>
    public Shared.Livepeer.Wire.Capabilities Capabilities()
    {
        var capacities = workers.CapabilityCapacities().Where(entry => entry.Key >= 0).ToDictionary(entry => (uint)entry.Key, entry => (uint)entry.Value);
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
