using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;

namespace Pool.Server.Rounds.Income;

/// <summary>What the protocol held around a block, as the table has it.</summary>
public sealed class ChainFigureRow
{
    public required byte[] BlockHash { get; init; }

    public required long BlockNumber { get; init; }

    public required BigInteger FeesBefore { get; init; }

    public required BigInteger FeesAfter { get; init; }

    public required BigInteger StakeBefore { get; init; }

    public required BigInteger StakeAfter { get; init; }

    public required DateTimeOffset ObservedAt { get; init; }
}

/// <summary>A round and what it brought, as the table has it.</summary>
public sealed class RoundRow
{
    public required long Number { get; init; }

    public required long BlockNumber { get; init; }

    public required byte[] BlockHash { get; init; }

    public required byte[] StoredHash { get; init; }

    public required DateTimeOffset BookedAt { get; init; }

    public byte[]? RewardTransaction { get; init; }

    /// <summary>LPT of the reward, delegators' part included.</summary>
    public required BigInteger Minted { get; init; }

    /// <summary>The orchestrator's part of it.</summary>
    public required BigInteger OwnShare { get; init; }

    /// <summary>Fees that arrived, in wei.</summary>
    public required BigInteger FeesIn { get; init; }
}

internal sealed class ChainFigureRowConfiguration : IEntityTypeConfiguration<ChainFigureRow>
{
    public void Configure(EntityTypeBuilder<ChainFigureRow> builder)
    {
        builder.HasKey(figure => figure.BlockHash);
        builder.Property(figure => figure.FeesBefore).HasColumnType(RoundRowConfiguration.Amount);
        builder.Property(figure => figure.FeesAfter).HasColumnType(RoundRowConfiguration.Amount);
        builder.Property(figure => figure.StakeBefore).HasColumnType(RoundRowConfiguration.Amount);
        builder.Property(figure => figure.StakeAfter).HasColumnType(RoundRowConfiguration.Amount);
        builder.ToSnakeCaseTable("chain_figures");
    }
}

internal sealed class RoundRowConfiguration : IEntityTypeConfiguration<RoundRow>
{
    internal const string Amount = "numeric(78,0)";

    public void Configure(EntityTypeBuilder<RoundRow> builder)
    {
        builder.HasKey(round => round.Number);
        builder.Property(round => round.Number).ValueGeneratedNever();
        builder.Property(round => round.Minted).HasColumnType(Amount);
        builder.Property(round => round.OwnShare).HasColumnType(Amount);
        builder.Property(round => round.FeesIn).HasColumnType(Amount);
        builder.ToSnakeCaseTable("rounds");
    }
}
