namespace Pool.Server.Tests.Kit;

/// <summary>How long a test waits for an event before it says that it will not come. Never part of what is tested.</summary>
internal static class Patience
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
}
