using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Pool.Shared.Ethereum;
using Pool.Shared.Ids;

namespace Pool.Server.Data;

internal sealed class AddressConverter() : ValueConverter<Address, byte[]>(address => address.ToBytes(), bytes => Address.FromWire(bytes));

internal sealed class WorkerIdConverter() : ValueConverter<WorkerId, Guid>(id => id.Value, value => new WorkerId(value));

internal sealed class SegmentIdConverter() : ValueConverter<SegmentId, Guid>(id => id.Value, value => new SegmentId(value));

internal sealed class AssignmentIdConverter() : ValueConverter<AssignmentId, Guid>(id => id.Value, value => new AssignmentId(value));
