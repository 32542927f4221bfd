namespace Pool.Benchmarks.Kit;

/// <summary>Where <c>./pool bench</c> has built the programs that are measured.</summary>
internal static class BuiltFiles
{
    /// <summary>The worker's executable.</summary>
    public static string Worker => Path("Pool.Worker", "pool-worker");

    /// <summary>The server, for <c>dotnet</c>.</summary>
    public static string Server => Path("Pool.Server", "pool-server.dll");

    /// <summary>This program itself, for <c>dotnet</c>.</summary>
    public static string Self => typeof(BuiltFiles).Assembly.Location;

    private static string Path(string project, string file)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(System.IO.Path.Combine(root.FullName, "Pool.sln")))
        {
            root = root.Parent;
        }

        var path = System.IO.Path.Combine(root?.FullName ?? ".", project, "bin", "Release", "net10.0", file);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not built: ./pool bench builds it.");
    }
}
