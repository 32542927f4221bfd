namespace Pool.Shared.Ids;

/// <summary>Our own id of one request for one segment (UUIDv7, so it sorts by time). <c>(manifestId, seq)</c> may repeat legally.</summary>
public readonly record struct SegmentId(Guid Value)
{
    public static SegmentId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    public override string ToString() => Value.ToString("D");
}

/// <summary>A worker in our books: one node key. A payee has many workers.</summary>
public readonly record struct WorkerId(Guid Value)
{
    public static WorkerId New(TimeProvider time) => new(Guid.CreateVersion7(time.GetUtcNow()));

    public override string ToString() => Value.ToString("D");
}

/// <summary>One attempt of one worker at one segment. Random (UUIDv4), so that nobody guesses another's.</summary>
public readonly record struct AssignmentId(Guid Value)
{
    public static AssignmentId New() => new(Guid.NewGuid());

    public static bool TryParse(string? text, out AssignmentId id)
    {
        var parsed = Guid.TryParseExact(text, "D", out var value);
        id = new AssignmentId(value);
        return parsed;
    }

    public override string ToString() => Value.ToString("D");
}
