using Microsoft.EntityFrameworkCore;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Data;

/// <summary>
/// The model of our tables. Each room maps its own entities (<c>IEntityTypeConfiguration</c> beside them); the tables themselves
/// are made by the migrations, and a test holds the two against each other.
/// </summary>
public sealed class PoolDbContext(DbContextOptions<PoolDbContext> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder) =>
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(PoolDbContext).Assembly);

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Address>().HaveConversion<AddressConverter>().HaveColumnType("bytea");
        configurationBuilder.Properties<WorkerId>().HaveConversion<WorkerIdConverter>();
        configurationBuilder.Properties<SegmentId>().HaveConversion<SegmentIdConverter>();
        configurationBuilder.Properties<AssignmentId>().HaveConversion<AssignmentIdConverter>();
    }
}
