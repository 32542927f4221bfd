using Npgsql;

namespace Pool.Server.Data;

/// <summary>
/// Statements whose parameters, $1 and so on, are given by position; null is SQL's NULL. One array of references alone would be taken for the list of parameters: put it in
/// brackets.
/// </summary>
internal static class PositionalCommands
{
    /// <summary>A statement on a connection of its own.</summary>
    public static NpgsqlCommand CreateCommand(this NpgsqlDataSource database, string sql, params ReadOnlySpan<object?> parameters) =>
        database.CreateCommand(sql).With(parameters);

    /// <summary>A statement on this connection, and in its transaction if it has one: Postgres knows no more than one.</summary>
    public static NpgsqlCommand CreateCommand(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> parameters) =>
        new NpgsqlCommand(sql, connection).With(parameters);

    /// <summary>A statement in this transaction.</summary>
    public static NpgsqlCommand CreateCommand(this NpgsqlTransaction transaction, string sql, params ReadOnlySpan<object?> parameters) =>
        new NpgsqlCommand(sql, transaction.Connection, transaction).With(parameters);

    private static NpgsqlCommand With(this NpgsqlCommand command, ReadOnlySpan<object?> parameters)
    {
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
        }

        return command;
    }
}
