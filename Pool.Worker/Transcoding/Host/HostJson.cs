using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pool.Shared.Media;

namespace Pool.Worker.Transcoding.Host;

/// <summary>The messages of the host as JSON, read and written by code that the compiler made: reflection would cost a host a tenth of a second.</summary>
[JsonSerializable(typeof(HostHello))]
[JsonSerializable(typeof(HostJob))]
[JsonSerializable(typeof(HostCut))]
[JsonSerializable(typeof(HostOutcome))]
[JsonSerializable(typeof(IReadOnlyList<VideoProfile>))]
internal sealed partial class HostJson : JsonSerializerContext
{
    /// <summary>How a message is read and written.</summary>
    /// <exception cref="NotSupportedException">It is none of the messages.</exception>
    internal static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Default.Options.GetTypeInfo(typeof(T));
}
