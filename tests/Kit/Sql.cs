using System.Globalization;
using Npgsql;

namespace Pool.Tests.Kit;

/// <summary>Statements of a test on a database.</summary>
internal static class Sql
{
    /// <summary>One number out of it.</summary>
    public static async Task<long> ScalarAsync(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Runs a statement.</summary>
    public static async Task ExecuteAsync(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
