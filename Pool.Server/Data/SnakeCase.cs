using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Pool.Server.Data;

/// <summary>Column names are the property names in snake_case, as in the migrations.</summary>
public static class SnakeCase
{
    /// <summary>Maps the entity to <paramref name="table"/> and every property so far to its snake_case column.</summary>
    public static void ToSnakeCaseTable<TEntity>(this EntityTypeBuilder<TEntity> builder, string table)
        where TEntity : class
    {
        builder.ToTable(table);
        foreach (var property in builder.Metadata.GetProperties())
        {
            builder.Property(property.Name).HasColumnName(From(property.Name));
        }
    }

    internal static string From(string name)
    {
        var text = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(letter));
        }

        return text.ToString();
    }
}
