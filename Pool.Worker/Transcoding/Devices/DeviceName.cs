using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Pool.Worker.Transcoding.Devices;

/// <summary>What can transcode.</summary>
internal enum DeviceKind
{
    Cpu,
    Nvidia,
    Vaapi,
    Qsv,
}

/// <summary>A device as a person names it: <c>cpu</c>, <c>nvidia:0</c>, <c>vaapi:renderD128</c>, <c>qsv:renderD128</c>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Place">Which one: an NVIDIA GPU's number as CUDA counts, or the name of a node in <c>/dev/dri</c>; empty is the first.</param>
internal sealed partial record DeviceName(DeviceKind Kind, string Place)
{
    /// <summary>Where the kernel keeps the nodes of GPUs.</summary>
    internal const string RenderFolder = "/dev/dri";

    /// <summary>Its first node.</summary>
    internal const string FirstRenderNode = "renderD128";

    /// <summary>The kinds, as they are typed.</summary>
    internal const string Choices = "cpu, nvidia[:NUMBER], vaapi[:NODE], qsv[:NODE]";

    private const string FirstGpu = "0";

    internal static DeviceName Cpu { get; } = new(DeviceKind.Cpu, "");

    /// <summary>The node of a VAAPI or QSV device.</summary>
    internal string RenderNode => $"{RenderFolder}/{(Place.Length > 0 ? Place : FirstRenderNode)}";

    /// <summary>Reads what a person typed.</summary>
    /// <param name="text">E.g. <c>nvidia</c>, <c>nvidia:1</c> or <c>vaapi:/dev/dri/renderD129</c>.</param>
    /// <param name="name">The device; null when there is none of that name.</param>
    internal static bool TryParse(string text, [NotNullWhen(true)] out DeviceName? name)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (kind, place) = colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
        name = (kind, place) switch
        {
            ("cpu", null) => Cpu,
            ("nvidia", null) => new DeviceName(DeviceKind.Nvidia, FirstGpu),
            ("nvidia", _) when GpuNumber().IsMatch(place) => new DeviceName(DeviceKind.Nvidia, place),
            ("vaapi", _) when RenderNodeOf(place) is { } node => new DeviceName(DeviceKind.Vaapi, node),
            ("qsv", _) when RenderNodeOf(place) is { } node => new DeviceName(DeviceKind.Qsv, node),
            _ => null,
        };
        return name is not null;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var kind = Kind.ToString().ToLower(CultureInfo.InvariantCulture);
        return Place.Length > 0 ? $"{kind}:{Place}" : kind;
    }

    private static string? RenderNodeOf(string? place)
    {
        if (place is null)
        {
            return "";
        }

        var node = place.StartsWith(RenderFolder + "/", StringComparison.Ordinal) ? place[(RenderFolder.Length + 1)..] : place;
        return NodeName().IsMatch(node) ? node : null;
    }

    [GeneratedRegex(@"^(0|[1-9][0-9]?)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex GpuNumber();

    [GeneratedRegex(@"^renderD[0-9]{1,4}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex NodeName();
}
