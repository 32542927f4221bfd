using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Ledger;

/// <summary>An asset as the tables have it.</summary>
public sealed class AssetRow
{
    public required string Code { get; init; }

    public required string Unit { get; init; }
}

/// <summary>An account as the tables have it, for reading.</summary>
public sealed class AccountRow
{
    public required long Id { get; init; }

    public required string Code { get; init; }

    public required string Asset { get; init; }

    public required string NormalSide { get; init; }

    public required bool MayBeNegative { get; init; }

    public Address? Payee { get; init; }

    public WorkerId? Worker { get; init; }

    public Address? Sender { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required BigInteger PostedDebits { get; init; }

    public required BigInteger PostedCredits { get; init; }

    public required BigInteger PendingDebits { get; init; }

    public required BigInteger PendingCredits { get; init; }
}

/// <summary>A transfer as the tables have it, for reading.</summary>
public sealed class TransferRow
{
    public required long Id { get; init; }

    public required string Key { get; init; }

    public required Guid Posting { get; init; }

    public required string Kind { get; init; }

    public long? PendingId { get; init; }

    public required string Asset { get; init; }

    public required long DebitAccount { get; init; }

    public required long CreditAccount { get; init; }

    public required BigInteger Amount { get; init; }

    public required string Reason { get; init; }

    public required string SourceKind { get; init; }

    public required string SourceId { get; init; }

    public required long Epoch { get; init; }

    public required int TermsVersion { get; init; }

    public required string Actor { get; init; }

    public required DateTimeOffset At { get; init; }
}

internal sealed class AssetRowConfiguration : IEntityTypeConfiguration<AssetRow>
{
    public void Configure(EntityTypeBuilder<AssetRow> builder)
    {
        builder.HasKey(asset => asset.Code);
        builder.ToSnakeCaseTable("assets");
    }
}

internal sealed class AccountRowConfiguration : IEntityTypeConfiguration<AccountRow>
{
    private const string Amount = "numeric(78,0)";

    public void Configure(EntityTypeBuilder<AccountRow> builder)
    {
        builder.HasKey(account => account.Id);
        builder.Property(account => account.PostedDebits).HasColumnType(Amount);
        builder.Property(account => account.PostedCredits).HasColumnType(Amount);
        builder.Property(account => account.PendingDebits).HasColumnType(Amount);
        builder.Property(account => account.PendingCredits).HasColumnType(Amount);
        builder.ToSnakeCaseTable("accounts");
    }
}

internal sealed class TransferRowConfiguration : IEntityTypeConfiguration<TransferRow>
{
    public void Configure(EntityTypeBuilder<TransferRow> builder)
    {
        builder.HasKey(transfer => transfer.Id);
        builder.Property(transfer => transfer.Amount).HasColumnType("numeric(78,0)");
        builder.ToSnakeCaseTable("transfers");
    }
}
