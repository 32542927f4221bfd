using System.Text.Json;

namespace Pool.Gateway.Media;

/// <summary>Reading ffprobe's JSON, in which any entry may be missing.</summary>
internal static class ProbeJson
{
    /// <summary>The streams; none when the document has none.</summary>
    public static JsonElement[] Streams(JsonDocument document) =>
        document.RootElement.TryGetProperty("streams", out var list) ? [.. list.EnumerateArray()] : [];

    /// <summary>Whether the stream is of that type, <c>video</c> or <c>audio</c>.</summary>
    public static bool IsType(JsonElement stream, string type) =>
        string.Equals(Text(stream, "codec_type"), type, StringComparison.Ordinal);

    /// <summary>A text, or null.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>A whole number, or 0.</summary>
    public static int Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : 0;
}
