using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pool.Server.Data;
using Pool.Server.Node;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Data;

public sealed class MigrationTests
{
    [Fact]
    public async Task Migrations_apply_once_and_edited_ones_are_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.Connection);
        var runner = new MigrationRunner(source, NullLogger<MigrationRunner>.Instance);

        Assert.Equal(Migration.All.Select(migration => migration.Name), await runner.RunAsync(CancellationToken.None));
        Assert.Empty(await runner.RunAsync(CancellationToken.None));

        var edited = Migration.All.Select(migration => migration with { Sql = migration.Sql + " " }).Select(migration => new Migration(migration.Name, migration.Sql)).ToList();
        var refused = await Assert.ThrowsAsync<StartUpException>(() => runner.RunAsync(edited, CancellationToken.None));
        Assert.Contains("was edited", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StartUpException>(() => runner.RunAsync([], CancellationToken.None));
    }

    [Fact]
    public async Task The_model_is_the_schema()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var source = NpgsqlDataSource.Create(database.Connection);
        await new MigrationRunner(source, NullLogger<MigrationRunner>.Instance).RunAsync(CancellationToken.None);
        await using var db = new PoolDbContext(new DbContextOptionsBuilder<PoolDbContext>().UseNpgsql(source).Options);
        var real = await ReadColumnsAsync(source);

        var mapped = db.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties().Select(property => Describe(entity, property))).Order(StringComparer.Ordinal);

        Assert.Equal(real.Where(column => !column.StartsWith("schema_migrations.", StringComparison.Ordinal)), mapped);
    }

    private static string Describe(IEntityType entity, IProperty property)
    {
        var table = StoreObjectIdentifier.Table(entity.GetTableName()!, null);
        return $"{entity.GetTableName()}.{property.GetColumnName(table)} {property.GetColumnType()}{(property.IsNullable ? " null" : "")}";
    }

    private static async Task<List<string>> ReadColumnsAsync(NpgsqlDataSource source)
    {
        await using var command = source.CreateCommand("""
            SELECT c.table_name || '.' || c.column_name || ' ' || c.data_type
                || CASE WHEN c.data_type = 'numeric' THEN '(' || c.numeric_precision || ',' || c.numeric_scale || ')' ELSE '' END || CASE c.is_nullable WHEN 'YES' THEN ' null' ELSE '' END
            FROM information_schema.columns c
            WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '%_default'
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var columns = new List<string>();
        while (await reader.ReadAsync())
        {
            columns.Add(reader.GetString(0));
        }

        columns.Sort(StringComparer.Ordinal);
        return columns;
    }
}
