using Pool.Vectors.Sections;

namespace Pool.Vectors;

/// <summary>All sections we know. A new one is a class and a line here.</summary>
public static class SectionRegistry
{
    /// <summary>Sections about tickets, prices and the chain, whose code comes with them.</summary>
    private static readonly string[] s_notBuilt =
    [
        "ticket_hash", "ticket_signature", "aux_data", "recipient_rand", "winning", "ticket_ev", "ticket_params", "max_float",
        "price_info", "price_to_fixed", "fee_estimate", "num_tickets", "abi",
    ];

    private static readonly ISectionCheck[] s_built =
    [
        new KeccakCheck(), new PersonalSignCheck(), new SignatureRejectsCheck(), new OrchestratorRequestCheck(), new PingCheck(),
        new AuthTokenCheck(), new ProfileIdsCheck(), new SegmentFlattenCheck(), new VideoProfilesWireCheck(), new SegDataCheck(),
        new ResultSignatureCheck(), new CapabilityBitstringCheck(), new CapabilityCompatCheck(), new VersionCompatCheck(),
        new WireCheck("capabilities_wire", "capabilities"), new WireCheck("transcode_result", "result"),
        new WireCheck("orchestrator_info", "info"), new WireCheck("transcoder_wire", "message"), new ProfileFieldChoiceCheck(),
        new JobCapabilitiesCheck(), new PaymentCheck(),
    ];

    /// <summary>The sections by name.</summary>
    public static IReadOnlyDictionary<string, ISectionCheck> Sections { get; } = s_built
        .Concat(s_notBuilt.Select(section => new NotBuiltSection(section)))
        .ToDictionary(check => check.Section, StringComparer.Ordinal);
}
