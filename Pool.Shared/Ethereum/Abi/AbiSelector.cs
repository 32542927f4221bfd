using System.Buffers.Binary;
using System.Text;

namespace Pool.Shared.Ethereum.Abi;

/// <summary>The first four bytes of a call or of an error's data: the beginning of its signature's hash.</summary>
public readonly record struct AbiSelector(uint Value)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = sizeof(uint);

    /// <summary>The selector of a canonical signature, e.g. <c>transfer(address,uint256)</c>.</summary>
    public static AbiSelector Of(string signature) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(Keccak256.Hash(Encoding.UTF8.GetBytes(signature))));

    /// <summary>Reads the selector that data begins with.</summary>
    public static bool TryRead(ReadOnlySpan<byte> data, out AbiSelector selector)
    {
        var read = BinaryPrimitives.TryReadUInt32BigEndian(data, out var value);
        selector = new AbiSelector(value);
        return read;
    }

    /// <summary>The four bytes.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Value);
        return bytes;
    }

    /// <summary>0x and 8 hex digits.</summary>
    public override string ToString() => $"0x{Value:x8}";
}
