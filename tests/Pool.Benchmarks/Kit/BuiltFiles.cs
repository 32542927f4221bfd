using Pool.Tests.Kit;

namespace Pool.Benchmarks.Kit;

/// <summary>Where <c>./pool bench</c> has built the programs that are measured.</summary>
internal static class BuiltFiles
{
    /// <summary>The worker's executable.</summary>
    public static string Worker => Built("Pool.Worker", "pool-worker");

    /// <summary>The server, for <c>dotnet</c>.</summary>
    public static string Server => Built("Pool.Server", "pool-server.dll");

    /// <summary>This program itself, for <c>dotnet</c>.</summary>
    public static string Self => typeof(BuiltFiles).Assembly.Location;

    private static string Built(string project, string file)
    {
        var path = Path.Combine(Repository.Root, project, "bin", "Release", "net10.0", file);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not built: ./pool bench builds it.");
    }
}
