using Pool.Shared.Livepeer;
using Pool.Worker.FFmpeg;
using Pool.Worker.Transcoding.Formats;

namespace Pool.Worker.Tests.Transcoding.Formats;

public sealed class EngineCapabilitiesTests
{
    [Fact]
    public void What_is_proven_is_what_the_engine_is_built_for()
    {
        FFmpegLibraries.Load();

        var engine = EngineCapabilities.Prove();

        Assert.Empty(engine.Missing);
        Assert.Equal([0, 1, 2, 3, 7, 8, 9, 10, 11, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26], engine.Proven.ToNumbers());
    }

    [Fact]
    public void One_failed_proof_takes_its_capability_away_and_says_why()
    {
        FFmpegLibraries.Load();

        var engine = EngineCapabilities.Prove(
        [
            new CapabilityProof(Capability.H264, () => { }),
            new CapabilityProof(Capability.HevcEncode, () => { }),
            new CapabilityProof(Capability.HevcEncode, () => throw new InvalidDataException("5 frames came out, not 6")),
        ]);

        Assert.Equal(CapabilitySet.Of(Capability.H264), engine.Proven);
        Assert.Equal([new MissingCapability(Capability.HevcEncode, "5 frames came out, not 6")], engine.Missing);
    }
}
