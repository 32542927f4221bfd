using System.Diagnostics;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>Processes that the programs of a test have begun.</summary>
internal static class ProcessTree
{
    /// <summary>The processes whose parent this one is, now.</summary>
    public static IReadOnlyList<int> ChildrenOf(int processId)
    {
        var children = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var id) && ParentOf(folder) == processId)
            {
                children.Add(id);
            }
        }

        return children;
    }

    /// <summary>Kills them at once; who has ended already is passed over.</summary>
    public static void Kill(IEnumerable<int> processIds)
    {
        foreach (var id in processIds)
        {
            try
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
            catch (Exception over) when (over is ArgumentException or InvalidOperationException)
            {
                // It has ended by itself.
            }
        }
    }

    /// <summary>Field 4 of <c>stat</c>; the second one, the program's name, may have anything in it.</summary>
    private static int ParentOf(string folder)
    {
        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1]);
        }
        catch (IOException)
        {
            return 0;   // it has just ended
        }
    }
}
