using System.Numerics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Settlement;

/// <summary>A session's balance as the books have it; both fractions in wei, in lowest terms.</summary>
public sealed class PaymentSessionRow
{
    public required Address Sender { get; init; }

    public required string SessionId { get; init; }

    public BigInteger? PriceNumerator { get; init; }

    public BigInteger? PriceDenominator { get; init; }

    public required BigInteger BalanceNumerator { get; init; }

    public required BigInteger BalanceDenominator { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A payment as the books have it.</summary>
public sealed class PaymentRow
{
    public required Guid Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset SettledAt { get; init; }

    public required long Epoch { get; init; }

    public required Address Sender { get; init; }

    public required string SessionId { get; init; }

    public required Address Recipient { get; init; }

    public required byte[] RecipientRandHash { get; init; }

    public required BigInteger Seed { get; init; }

    public required BigInteger FaceValue { get; init; }

    public required BigInteger WinProbability { get; init; }

    public required long ExpirationBlock { get; init; }

    public required long CreationRound { get; init; }

    public required byte[] CreationRoundHash { get; init; }

    public required BigInteger OfferedNumerator { get; init; }

    public required BigInteger OfferedDenominator { get; init; }

    public BigInteger? SessionPriceNumerator { get; init; }

    public BigInteger? SessionPriceDenominator { get; init; }

    public required string Nonces { get; init; }

    public required int Credited { get; init; }

    public required BigInteger CreditNumerator { get; init; }

    public required BigInteger CreditDenominator { get; init; }
}

/// <summary>What a segment cost its session.</summary>
public sealed class DebitRow
{
    public required SegmentId SegmentId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required DateTimeOffset SettledAt { get; init; }

    public required long Epoch { get; init; }

    public required Address Sender { get; init; }

    public required string SessionId { get; init; }

    public required long Pixels { get; init; }

    public required BigInteger PriceNumerator { get; init; }

    public required BigInteger PriceDenominator { get; init; }
}

/// <summary>A ticket that won, whole; its state is redemption's.</summary>
public sealed class WinningTicketRow
{
    public required byte[] TicketHash { get; init; }

    public required Guid PaymentId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string SessionId { get; init; }

    public required Address Recipient { get; init; }

    public required Address Sender { get; init; }

    public required BigInteger FaceValue { get; init; }

    public required BigInteger WinProbability { get; init; }

    public required long SenderNonce { get; init; }

    public required byte[] RecipientRandHash { get; init; }

    public required byte[] RecipientRand { get; init; }

    public required long CreationRound { get; init; }

    public required byte[] CreationRoundHash { get; init; }

    public required long ParamsExpirationBlock { get; init; }

    public required byte[] Signature { get; init; }

    /// <summary><c>won</c>, <c>redeeming</c>, <c>redeemed</c> or <c>lost</c>.</summary>
    public required string State { get; init; }

    /// <summary>Whether that it won is in the ledger.</summary>
    public required bool WonPosted { get; init; }

    /// <summary>Key of the intent that redeems it.</summary>
    public string? Intent { get; init; }

    public required int Attempts { get; init; }

    public string? WaitsFor { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public byte[]? RedeemedTransaction { get; init; }

    public long? RedeemedBlock { get; init; }

    /// <summary>What its redemption paid, in wei.</summary>
    public BigInteger? Paid { get; init; }

    public string? LostReason { get; init; }
}

/// <summary>Column types of numbers of the chain and of fractions that are summed up.</summary>
internal static class PaymentColumns
{
    /// <summary>Any unsigned integer of 256 bits.</summary>
    public const string Number = "numeric(78,0)";

    /// <summary>Either part of a sum of fractions: the denominators of tickets divide 2^256-1, those of a session's price are below 2^63.</summary>
    public const string Sum = "numeric(240,0)";
}

internal sealed class PaymentSessionConfiguration : IEntityTypeConfiguration<PaymentSessionRow>
{
    public void Configure(EntityTypeBuilder<PaymentSessionRow> builder)
    {
        builder.HasKey(session => new { session.Sender, session.SessionId });
        builder.Property(session => session.PriceNumerator).HasColumnType(PaymentColumns.Number);
        builder.Property(session => session.PriceDenominator).HasColumnType(PaymentColumns.Number);
        builder.Property(session => session.BalanceNumerator).HasColumnType(PaymentColumns.Sum);
        builder.Property(session => session.BalanceDenominator).HasColumnType(PaymentColumns.Sum);
        builder.ToSnakeCaseTable("payment_sessions");
    }
}

internal sealed class PaymentConfiguration : IEntityTypeConfiguration<PaymentRow>
{
    public void Configure(EntityTypeBuilder<PaymentRow> builder)
    {
        builder.HasKey(payment => payment.Id);
        builder.Property(payment => payment.Id).ValueGeneratedNever();
        builder.Property(payment => payment.Nonces).HasColumnType("jsonb");
        builder.HasOne<Epoch>().WithMany().HasForeignKey(payment => payment.Epoch);
        foreach (var number in builder.Metadata.GetProperties().Where(property => property.ClrType == typeof(BigInteger) || property.ClrType == typeof(BigInteger?)))
        {
            var isSum = number.Name is nameof(PaymentRow.CreditNumerator) or nameof(PaymentRow.CreditDenominator);
            builder.Property(number.Name).HasColumnType(isSum ? PaymentColumns.Sum : PaymentColumns.Number);
        }

        builder.ToSnakeCaseTable("payments");
    }
}

internal sealed class DebitConfiguration : IEntityTypeConfiguration<DebitRow>
{
    public void Configure(EntityTypeBuilder<DebitRow> builder)
    {
        builder.HasKey(debit => debit.SegmentId);
        builder.Property(debit => debit.SegmentId).ValueGeneratedNever();
        builder.HasOne<Epoch>().WithMany().HasForeignKey(debit => debit.Epoch);
        builder.Property(debit => debit.PriceNumerator).HasColumnType(PaymentColumns.Number);
        builder.Property(debit => debit.PriceDenominator).HasColumnType(PaymentColumns.Number);
        builder.ToSnakeCaseTable("debits");
    }
}

internal sealed class WinningTicketConfiguration : IEntityTypeConfiguration<WinningTicketRow>
{
    public void Configure(EntityTypeBuilder<WinningTicketRow> builder)
    {
        builder.HasKey(ticket => ticket.TicketHash);
        builder.Property(ticket => ticket.TicketHash).ValueGeneratedNever();
        builder.Property(ticket => ticket.FaceValue).HasColumnType(PaymentColumns.Number);
        builder.Property(ticket => ticket.WinProbability).HasColumnType(PaymentColumns.Number);
        builder.Property(ticket => ticket.Paid).HasColumnType(PaymentColumns.Number);
        builder.ToSnakeCaseTable("winning_tickets");
    }
}
