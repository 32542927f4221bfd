using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pool.Server.Data;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Data;

/// <summary>What the columns (<see cref="MigrationTests"/>) do not tell: keys and tables.</summary>
public sealed class SchemaKeyTests
{
    /// <summary>The migration runner's own table; no entity.</summary>
    private const string Journal = "schema_migrations";

    [Fact]
    public async Task Every_table_is_mapped_and_its_primary_key_is_the_entitys()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = await MigrateAsync(database);
        await using var db = Open(source);

        var real = await ReadAsync(source, """
            SELECT r.relname || ' (' || string_agg(a.attname, ', ' ORDER BY k.position) || ')'
            FROM pg_constraint c
            JOIN pg_class r ON r.oid = c.conrelid AND NOT r.relispartition
            CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (number, position)
            JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = k.number
            WHERE c.contype = 'p' AND c.connamespace = 'public'::regnamespace
            GROUP BY r.relname
            """);

        Assert.Equal(real.Where(key => !key.StartsWith(Journal, StringComparison.Ordinal)), Sorted(db.Model.GetEntityTypes().Select(Key)));
    }

    private static string Key(IEntityType entity) =>
        $"{entity.GetTableName()} ({string.Join(", ", (entity.FindPrimaryKey()?.Properties ?? []).Select(property => property.GetColumnName()))})";

    private static List<string> Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];

    private static async Task<NpgsqlDataSource> MigrateAsync(TestDatabase database)
    {
        var source = NpgsqlDataSource.Create(database.Connection);
        await new MigrationRunner(source, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);
        return source;
    }

    private static PoolDbContext Open(NpgsqlDataSource source) => new(new DbContextOptionsBuilder<PoolDbContext>().UseNpgsql(source).Options);

    private static async Task<List<string>> ReadAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await reader.ReadAsync())
        {
            lines.Add(reader.GetString(0));
        }

        return Sorted(lines);
    }
}
