namespace Pool.Worker.Transcoding.Sandbox;

/// <summary>What keeps the transcode host in, as it found out by trying.</summary>
/// <param name="Applied">Means that are in force, e.g. <c>seccomp</c>.</param>
/// <param name="Missing">Means that this machine lacks, each with its reason.</param>
/// <param name="Denied">What the host tried and was refused, e.g. <c>network</c>.</param>
/// <param name="Open">What the host tried and got; empty when all is well.</param>
public sealed record SandboxReport(
    IReadOnlyList<string> Applied, IReadOnlyList<string> Missing, IReadOnlyList<string> Denied, IReadOnlyList<string> Open)
{
    /// <summary>Nothing is in force, nothing was tried.</summary>
    public static SandboxReport None { get; } = new([], [], [], []);

    /// <summary>Everything that was tried was refused.</summary>
    public bool IsTight => Denied.Count > 0 && Open.Count == 0;

    /// <summary>Nothing is missing, and nothing that was tried was possible.</summary>
    public bool IsWhole => IsTight && Missing.Count == 0;

    /// <summary>One line for people.</summary>
    public override string ToString()
    {
        var parts = new List<string> { $"sandbox: {(Applied.Count > 0 ? string.Join(", ", Applied) : "none")}" };
        Say("missing", Missing);
        Say("refused when tried", Denied);
        Say("NOT refused when tried", Open);
        return string.Join("; ", parts);

        void Say(string what, IReadOnlyList<string> which)
        {
            if (which.Count > 0)
            {
                parts.Add($"{what}: {string.Join(", ", which)}");
            }
        }
    }
}
