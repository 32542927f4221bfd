using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;
using Pool.Shared.Ethereum;

namespace Pool.Server.Chain.Outbox;

/// <summary>A sending account as the tables have it.</summary>
public sealed class TxAccountRow
{
    public required long ChainId { get; init; }

    public required Address Account { get; init; }

    public required long NextNonce { get; init; }

    public required long AcceptedNonce { get; init; }

    public required string Halt { get; init; }

    public long? HaltNonce { get; init; }
}

/// <summary>An intent as the tables have it, for reading.</summary>
public sealed class TxIntentRow
{
    public required long Id { get; init; }

    public required string Key { get; init; }

    public required string Purpose { get; init; }

    public required long ChainId { get; init; }

    public required Address Account { get; init; }

    public required Address Recipient { get; init; }

    public required BigInteger Value { get; init; }

    public required byte[] Data { get; init; }

    public long? GasLimit { get; init; }

    public required string State { get; init; }

    public long? Nonce { get; init; }

    public byte[]? MinedHash { get; init; }

    public long? MinedBlock { get; init; }

    public byte[]? MinedBlockHash { get; init; }

    public string? Observed { get; init; }

    public required bool CancelAsked { get; init; }

    public required string Detail { get; init; }

    public required string Alarm { get; init; }

    public required DateTimeOffset PlacedAt { get; init; }

    public DateTimeOffset? FinalAt { get; init; }
}

/// <summary>A signed transaction as the tables have it, for reading.</summary>
public sealed class TxAttemptRow
{
    public required byte[] Hash { get; init; }

    public required long Intent { get; init; }

    public required int Number { get; init; }

    public required bool IsCancellation { get; init; }

    public required BigInteger MaxFee { get; init; }

    public required BigInteger PriorityFee { get; init; }

    public required long GasLimit { get; init; }

    public required byte[] Raw { get; init; }

    public required DateTimeOffset SignedAt { get; init; }
}

internal sealed class TxAccountRowConfiguration : IEntityTypeConfiguration<TxAccountRow>
{
    public void Configure(EntityTypeBuilder<TxAccountRow> builder)
    {
        builder.HasKey(account => new { account.ChainId, account.Account });
        builder.ToSnakeCaseTable("tx_accounts");
    }
}

internal sealed class TxIntentRowConfiguration : IEntityTypeConfiguration<TxIntentRow>
{
    public void Configure(EntityTypeBuilder<TxIntentRow> builder)
    {
        builder.HasKey(intent => intent.Id);
        builder.Property(intent => intent.Value).HasColumnType("numeric(78,0)");
        builder.ToSnakeCaseTable("tx_intents");
    }
}

internal sealed class TxAttemptRowConfiguration : IEntityTypeConfiguration<TxAttemptRow>
{
    private const string Amount = "numeric(78,0)";

    public void Configure(EntityTypeBuilder<TxAttemptRow> builder)
    {
        builder.HasKey(attempt => attempt.Hash);
        builder.Property(attempt => attempt.MaxFee).HasColumnType(Amount);
        builder.Property(attempt => attempt.PriorityFee).HasColumnType(Amount);
        builder.ToSnakeCaseTable("tx_attempts");
    }
}
