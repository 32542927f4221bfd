using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Workers;

/// <summary>A worker in our books: one node key, and the payee it named when it last joined.</summary>
public sealed class Worker
{
    public required WorkerId Id { get; init; }

    public required Address NodeKey { get; init; }

    public required Address Payee { get; init; }

    public required string Device { get; init; }

    public required string Software { get; init; }

    public required DateTimeOffset FirstJoinedAt { get; init; }

    public required DateTimeOffset LastJoinedAt { get; init; }
}

internal sealed class WorkerConfiguration : IEntityTypeConfiguration<Worker>
{
    public void Configure(EntityTypeBuilder<Worker> builder)
    {
        builder.HasKey(worker => worker.Id);
        builder.HasIndex(worker => worker.NodeKey).IsUnique();
        builder.HasOne<Payee>().WithMany().HasForeignKey(worker => worker.Payee);
        builder.ToSnakeCaseTable("workers");
    }
}
