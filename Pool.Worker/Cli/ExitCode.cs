namespace Pool.Worker.Cli;

/// <summary>What the process says when it ends.</summary>
internal static class ExitCode
{
    /// <summary>All done, also after a drain.</summary>
    public const int Ok = 0;

    /// <summary>It could not work: no pool there, refused, nothing to transcode with.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Stopped at once by a second signal, as shells report it for Ctrl-C.</summary>
    public const int Interrupted = 130;
}
