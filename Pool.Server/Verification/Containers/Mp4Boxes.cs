using System.Buffers.Binary;

namespace Pool.Server.Verification.Containers;

/// <summary>The boxes that lie one after the other in some bytes.</summary>
internal ref struct Mp4Boxes(ReadOnlySpan<byte> bytes)
{
    /// <summary>Version and flags in front of what a full box holds.</summary>
    public const int FullBoxBytes = 4;

    private const int HeaderBytes = 8;

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Type of the present box, four letters.</summary>
    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>What is in the present box.</summary>
    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>The body of the first box of a type.</summary>
    public static bool TryFind(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> wanted, out ReadOnlySpan<byte> body)
    {
        for (var each = new Mp4Boxes(boxes); each.MoveNext();)
        {
            if (each.Type.SequenceEqual(wanted))
            {
                body = each.Body;
                return true;
            }
        }

        body = [];
        return false;
    }

    /// <summary>The body of the first box of a type that must be there.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> boxes, ReadOnlySpan<byte> wanted) =>
        TryFind(boxes, wanted, out var body) ? body : throw new InvalidDataException("A box is missing.");

    /// <summary>Goes to the next box; false at the end, or when what follows is no box.</summary>
    public bool MoveNext()
    {
        if (_rest.Length < HeaderBytes)
        {
            return false;
        }

        var size = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        if (size < HeaderBytes || size > _rest.Length)
        {
            return false;
        }

        Type = _rest.Slice(4, 4);
        Body = _rest[HeaderBytes..(int)size];
        _rest = _rest[(int)size..];
        return true;
    }
}
