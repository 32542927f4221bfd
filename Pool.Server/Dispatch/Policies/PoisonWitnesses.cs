using Pool.Shared.Ids;

namespace Pool.Server.Dispatch.Policies;

/// <summary>
/// Those who broke down over one segment. One may be a broken device; two different workers, each well until then, make the
/// segment the suspect: it is not sent round the pool to break everybody.
/// </summary>
internal sealed class PoisonWitnesses
{
    /// <summary>Witnesses that are enough.</summary>
    public const int Enough = 2;

    private readonly HashSet<WorkerId> _witnesses = [];

    public bool IsPoison => _witnesses.Count >= Enough;

    /// <summary>A worker's transcoder broke down, or it says that the segment is bad.</summary>
    /// <param name="worker">Who.</param>
    /// <param name="failuresBefore">Its failures in a row before this one: who fails at everything is no witness.</param>
    public void Hear(WorkerId worker, int failuresBefore)
    {
        if (failuresBefore == 0)
        {
            _witnesses.Add(worker);
        }
    }
}
