using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Pool.Server.Data;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Settlement;

/// <summary>A session as the books have it.</summary>
public sealed class SettledSession
{
    public required string Id { get; init; }

    public required Address Gateway { get; init; }

    public required byte[] ManifestId { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }
}

/// <summary>A segment as the books have it: one row for each request of a gateway.</summary>
public sealed class SettledSegment
{
    public required SegmentId Id { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required string SessionId { get; init; }

    public required long Seq { get; init; }

    public required int DurationMs { get; init; }

    public required long SourceBytes { get; init; }

    public required byte[] SourceHash { get; init; }

    public required string Outcome { get; init; }

    public required string Detail { get; init; }

    public required DateTimeOffset SettledAt { get; init; }

    /// <summary>The epoch it is booked in.</summary>
    public required long Epoch { get; init; }
}

/// <summary>A contribution as the books have it.</summary>
public sealed class Contribution
{
    public required AssignmentId AssignmentId { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public required SegmentId SegmentId { get; init; }

    public required WorkerId WorkerId { get; init; }

    public required Address Payee { get; init; }

    public required string Role { get; init; }

    public required long Frames { get; init; }

    public required long Pixels { get; init; }

    public required long Bytes { get; init; }

    public required string Renditions { get; init; }

    public required DateTimeOffset AssignedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>The epoch of its segment.</summary>
    public required long Epoch { get; init; }
}

/// <summary>An epoch: a round of the protocol, or a UTC day where there is no chain.</summary>
public sealed class Epoch
{
    public required long Id { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    /// <summary>When it was closed: nothing is booked in it any more.</summary>
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>When what was earned in it matures: single contributions are not needed any more.</summary>
    public DateTimeOffset? MaturedAt { get; init; }
}

internal sealed class SettledSessionConfiguration : IEntityTypeConfiguration<SettledSession>
{
    public void Configure(EntityTypeBuilder<SettledSession> builder)
    {
        builder.HasKey(session => session.Id);
        builder.ToSnakeCaseTable("sessions");
    }
}

internal sealed class SettledSegmentConfiguration : IEntityTypeConfiguration<SettledSegment>
{
    public void Configure(EntityTypeBuilder<SettledSegment> builder)
    {
        builder.HasKey(segment => new { segment.Id, segment.ReceivedAt });
        builder.HasOne<SettledSession>().WithMany().HasForeignKey(segment => segment.SessionId);
        builder.HasOne<Epoch>().WithMany().HasForeignKey(segment => segment.Epoch);
        builder.ToSnakeCaseTable("segments");
    }
}

internal sealed class ContributionConfiguration : IEntityTypeConfiguration<Contribution>
{
    public void Configure(EntityTypeBuilder<Contribution> builder)
    {
        builder.HasKey(contribution => new { contribution.AssignmentId, contribution.ReceivedAt });
        builder.Property(contribution => contribution.Renditions).HasColumnType("jsonb");
        builder.HasOne<SettledSegment>().WithMany().HasForeignKey(contribution => new { contribution.SegmentId, contribution.ReceivedAt });
        builder.HasOne<Epoch>().WithMany().HasForeignKey(contribution => contribution.Epoch);
        builder.ToSnakeCaseTable("contributions");
    }
}

internal sealed class EpochConfiguration : IEntityTypeConfiguration<Epoch>
{
    public void Configure(EntityTypeBuilder<Epoch> builder)
    {
        builder.HasKey(epoch => epoch.Id);
        builder.Property(epoch => epoch.Id).ValueGeneratedNever();
        builder.ToSnakeCaseTable("epochs");
    }
}
