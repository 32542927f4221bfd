using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pool.Server.Data;
using Pool.Server.Ledger;

namespace Pool.Server.Tests.Ledger;

/// <summary>The reader over the real model.</summary>
internal sealed class ReaderUnderTest : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public ReaderUnderTest(NpgsqlDataSource source)
    {
        _services = new ServiceCollection().AddDbContextFactory<PoolDbContext>(options => options.UseNpgsql(source)).BuildServiceProvider();
        Reader = new LedgerReader(_services.GetRequiredService<IDbContextFactory<PoolDbContext>>());
    }

    public LedgerReader Reader { get; }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
