using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;

namespace Pool.Server.Chain.Following;

/// <summary>How far somebody has booked, as the table has it.</summary>
public sealed class ChainCursorRow
{
    public required BigInteger ChainId { get; init; }

    public required string Owner { get; init; }

    public required long BlockNumber { get; init; }

    public required byte[] BlockHash { get; init; }

    public required DateTimeOffset MovedAt { get; init; }
}

internal sealed class ChainCursorRowConfiguration : IEntityTypeConfiguration<ChainCursorRow>
{
    public void Configure(EntityTypeBuilder<ChainCursorRow> builder)
    {
        builder.HasKey(cursor => new { cursor.ChainId, cursor.Owner });
        builder.Property(cursor => cursor.ChainId).HasColumnType("numeric(20,0)");
        builder.ToSnakeCaseTable("chain_cursors");
    }
}
