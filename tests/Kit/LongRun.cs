namespace Pool.Tests.Kit;

/// <summary>Whether runs are to be long: <c>./pool test --long</c>.</summary>
internal static class LongRun
{
    public static bool IsAskedFor { get; } = Environment.GetEnvironmentVariable("POOL_TEST_LONG") is "1";
}
