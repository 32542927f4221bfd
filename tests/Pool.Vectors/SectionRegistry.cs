using Pool.Vectors.Sections;

namespace Pool.Vectors;

/// <summary>All sections we know. A new one is a class and a line here.</summary>
public static class SectionRegistry
{
    private static readonly ISectionCheck[] s_checks =
    [
        new KeccakCheck(), new PersonalSignCheck(), new SignatureRejectsCheck(), new OrchestratorRequestCheck(), new PingCheck(),
        new AuthTokenCheck(), new ProfileIdsCheck(), new SegmentFlattenCheck(), new VideoProfilesWireCheck(), new SegDataCheck(),
        new ResultSignatureCheck(), new CapabilityBitstringCheck(), new CapabilityCompatCheck(), new VersionCompatCheck(),
        new WireCheck("capabilities_wire", "capabilities"), new WireCheck("transcode_result", "result"),
        new WireCheck("orchestrator_info", "info"), new WireCheck("transcoder_wire", "message"), new ProfileFieldChoiceCheck(),
        new JobCapabilitiesCheck(), new PaymentCheck(), new TicketHashCheck(), new TicketSignatureCheck(), new AuxDataCheck(),
        new RecipientRandCheck(), new WinningCheck(), new TicketValueCheck(), new TicketParamsCheck(), new MaxFloatCheck(),
        new PriceInfoCheck(), new PriceToFixedCheck(), new FeeEstimateCheck(), new NumTicketsCheck(), new AbiCheck(),
    ];

    /// <summary>The sections by name.</summary>
    public static IReadOnlyDictionary<string, ISectionCheck> Sections { get; } = s_checks
        .ToDictionary(check => check.Section, StringComparer.Ordinal);
}
