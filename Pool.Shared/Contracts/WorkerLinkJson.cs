using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pool.Shared.Contracts;

/// <summary>How the bodies of the link's HTTP requests are written: camelCase, enums as words. Both sides use it.</summary>
public static class WorkerLinkJson
{
    public static JsonSerializerOptions Options { get; } = Create();

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
