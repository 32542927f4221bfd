namespace Pool.Gateway.Cli;

/// <summary>Exit codes of the command line tools of the tests.</summary>
public static class ExitCode
{
    /// <summary>Everything came back right.</summary>
    public const int Success = 0;

    /// <summary>The run ended, and something in it was wrong.</summary>
    public const int Failed = 1;

    /// <summary>Nothing was run: the input or the command line is at fault.</summary>
    public const int BadInput = 2;

    /// <summary>Ended by Ctrl-C or SIGTERM, as a shell counts it.</summary>
    public const int Interrupted = 130;
}
