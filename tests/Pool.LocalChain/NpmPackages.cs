using Pool.Tests.Kit;

namespace Pool.Tests.Chain;

/// <summary>The packages beside this project, which <c>./pool</c> installs by their lock file.</summary>
internal static class NpmPackages
{
    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "Pool.LocalChain");

    /// <summary>A file of a package.</summary>
    /// <exception cref="LocalChainException">The packages are not installed.</exception>
    public static string File(string package, params ReadOnlySpan<string> path)
    {
        var file = Path.Combine([s_folder, "node_modules", .. package.Split('/'), .. path]);
        return Path.Exists(file)
            ? file
            : throw new LocalChainException($"The packages of the local chain are not installed: npm --prefix {s_folder} ci --ignore-scripts");
    }
}

/// <summary>The local chain does not do what it should.</summary>
public sealed class LocalChainException(string message, Exception? inner = null) : Exception(message, inner);
