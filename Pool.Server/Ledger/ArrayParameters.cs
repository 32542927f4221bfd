using Npgsql;
using NpgsqlTypes;

namespace Pool.Server.Ledger;

/// <summary>Columns of many rows as the arrays of one statement.</summary>
internal static class ArrayParameters
{
    /// <summary>Adds the next column.</summary>
    /// <param name="command">The statement.</param>
    /// <param name="type">Type of one value.</param>
    /// <param name="values">A value for each row; null is SQL's.</param>
    public static void AddArray<T>(this NpgsqlCommand command, NpgsqlDbType type, T[] values) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type });
}
