namespace Pool.Tests.Kit;

/// <summary>The repository that a test or a benchmark was built in.</summary>
internal static class Repository
{
    /// <summary>Its folder, found by the solution above the running program.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pool.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException($"Pool.sln is in no folder above {AppContext.BaseDirectory}.");
    }
}
