using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using Pool.Server.Node;

namespace Pool.Server.Data;

/// <summary>The database: one data source for COPY and plain SQL, one model for ordinary queries, the migrations.</summary>
public static class DataRoom
{
    public static WebApplicationBuilder AddData(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services => Open(services.GetRequiredService<IOptions<NodeOptions>>().Value.Database));
        builder.Services.AddDbContextFactory<PoolDbContext>((services, options) => options.UseNpgsql(services.GetRequiredService<NpgsqlDataSource>()));
        builder.Services.AddSingleton<DatabaseRetry>();
        builder.Services.AddSingleton<MigrationRunner>();
        return builder;
    }

    private static NpgsqlDataSource Open(string connectionString)
    {
        try
        {
            return new NpgsqlDataSourceBuilder(connectionString) { Name = "pool" }.Build();
        }
        catch (ArgumentException wrong)
        {
            throw new StartUpException($"Database (POOL_DATABASE) is no Npgsql connection string: {wrong.Message}", wrong);
        }
    }
}
