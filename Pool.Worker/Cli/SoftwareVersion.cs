using System.Reflection;

namespace Pool.Worker.Cli;

/// <summary>Name and version of this program.</summary>
internal static class SoftwareVersion
{
    private const string Name = "pool-worker";

    /// <summary>E.g. <c>pool-worker 0.1.0</c>.</summary>
    public static string Text { get; } =
        $"{Name} {typeof(SoftwareVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}";
}
