namespace Pool.EndToEnd.Tests.Kit;

/// <summary>A pool with one worker for tests that only need it to be there.</summary>
public sealed class PoolOfOne : IAsyncLifetime
{
    /// <summary>Name of the collection whose tests share it.</summary>
    public const string Collection = "A pool with one worker";

    /// <summary>The pool.</summary>
    public RunningPool Pool { get; private set; } = null!;

    public async Task InitializeAsync() => Pool = await RunningPool.StartAsync(workers: 1);

    public async Task DisposeAsync() => await Pool.DisposeAsync();
}

/// <summary>The tests that share a <see cref="PoolOfOne"/>.</summary>
[CollectionDefinition(PoolOfOne.Collection)]
public sealed class PoolOfOneCollection : ICollectionFixture<PoolOfOne>;
