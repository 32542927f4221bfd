namespace Pool.Tests.Kit;

/// <summary>Settings of a pool whose workers have places at once, without the pool's clip as they join: most of them are made up and have no codecs for it.</summary>
internal static class UnmeasuredWorkers
{
    private const string No = "false";
    private const string Places = "8";

    /// <summary>As a server's configuration has them.</summary>
    public static readonly (string Key, string Value)[] Settings = [("Workers:JoiningBenchmark", No), ("Workers:StartCapacity", Places)];

    /// <summary>As the environment of a server's process has them.</summary>
    public static readonly (string Name, string Value)[] Variables = [("POOL_WORKERS__JOINING_BENCHMARK", No), ("POOL_WORKERS__START_CAPACITY", Places)];
}
