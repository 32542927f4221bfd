using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;
using Pool.Shared.Ethereum;

namespace Pool.Server.Workers;

/// <summary>An address that is paid. It has many workers.</summary>
public sealed class Payee
{
    public required Address Address { get; init; }

    public required DateTimeOffset FirstSeenAt { get; init; }
}

internal sealed class PayeeConfiguration : IEntityTypeConfiguration<Payee>
{
    public void Configure(EntityTypeBuilder<Payee> builder)
    {
        builder.HasKey(payee => payee.Address);
        builder.Property(payee => payee.FirstSeenAt);
        builder.ToSnakeCaseTable("payees");
    }
}
