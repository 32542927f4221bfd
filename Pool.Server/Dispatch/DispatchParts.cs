using Pool.Server.Dispatch.Policies;
using Pool.Server.Workers;

namespace Pool.Server.Dispatch;

/// <summary>What every segment's dispatching works with.</summary>
internal sealed record DispatchParts(
    WorkerRegistry Workers, WorkerChoice Choice, WaitingLine Line, AssignmentBook Book, LeaseBook Leases, HedgeBudget Budget, ReceiptSender Receipts, DispatchOptions Options, TimeProvider Time);
