using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>
/// What a transcode host is told about its sandbox, in one environment variable. It is written twice: by the worker, and by the host
/// itself when it starts once more inside its confinement, with what that confinement has achieved.
/// </summary>
/// <param name="DevicePaths">Devices it may open, e.g. <c>/dev/dri</c>.</param>
/// <param name="MaxDataBytes">Most memory of its own it may map.</param>
/// <param name="InputFile">A person's video that it may read; null for none.</param>
/// <param name="Confinement">What is in force already; null before it is confined.</param>
/// <param name="KeptDescriptor">A descriptor that is to be closed with the seal; 0 for none.</param>
internal sealed partial record SandboxOrder(
    IReadOnlyList<string> DevicePaths, long MaxDataBytes, string? InputFile = null, SandboxReport? Confinement = null, int KeptDescriptor = 0)
{
    public const string Variable = "POOL_TRANSCODE_HOST_SANDBOX";

    /// <summary>Used when nobody says otherwise.</summary>
    public const long DefaultMaxDataBytes = 16L << 30;

    /// <summary>The order in this process's environment; a host that is started by hand gets a sandbox without devices.</summary>
    public static SandboxOrder Read()
    {
        var text = Environment.GetEnvironmentVariable(Variable);
        return string.IsNullOrEmpty(text)
            ? new SandboxOrder([], DefaultMaxDataBytes)
            : JsonSerializer.Deserialize(text, Json.Default.SandboxOrder) ?? throw new InvalidDataException($"{Variable} is empty");
    }

    public string Write() => JsonSerializer.Serialize(this, Json.Default.SandboxOrder);

    [JsonSerializable(typeof(SandboxOrder))]
    private sealed partial class Json : JsonSerializerContext;
}
