using System.Numerics;
using Npgsql;
using Pool.Server.Data;
using Pool.Tests.Kit;

namespace Pool.Server.Tests.Data;

/// <summary>Statements with parameters by position.</summary>
public sealed class PositionalCommandTests : IAsyncLifetime
{
    private static readonly BigInteger s_most = (BigInteger.One << 256) - 1;

    private TestDatabase _database = null!;   // set before any test runs
    private NpgsqlDataSource _source = null!;   // likewise

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _source = NpgsqlDataSource.Create(_database.Connection);
    }

    public async Task DisposeAsync()
    {
        await _source.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Parameters_have_their_place_an_amount_loses_no_digit_and_null_is_null()
    {
        await using var command = _source.CreateCommand("SELECT $2 || $1, $3, pg_typeof($3)::text, $4::text IS NULL, $5[2]", "b", "a", s_most, null, (long[])[7, 8]);
        await using var reader = await command.ExecuteReaderAsync();

        Assert.True(await reader.ReadAsync());
        Assert.Equal(
            ("ab", s_most, "numeric", true, 8L),
            (reader.GetString(0), reader.GetFieldValue<BigInteger>(1), reader.GetString(2), reader.GetBoolean(3), reader.GetInt64(4)));
    }

    [Fact]
    public async Task Statements_of_a_connection_and_of_its_transaction_are_undone_together()
    {
        await _source.ExecuteAsync("CREATE TABLE kept (value bigint)");
        await using (var connection = await _source.OpenConnectionAsync())
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var first = transaction.CreateCommand("INSERT INTO kept VALUES ($1)", 1L);
            await using var second = connection.CreateCommand("INSERT INTO kept VALUES ($1)", 2L);
            Assert.Equal((1, 1), (await first.ExecuteNonQueryAsync(), await second.ExecuteNonQueryAsync()));
        }

        Assert.Equal(0, await _database.ScalarAsync("SELECT count(*) FROM kept"));
    }
}
