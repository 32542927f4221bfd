using System.Buffers;
using System.Buffers.Binary;

namespace Pool.Shared.Ethereum;

/// <summary>RLP, the encoding of Ethereum's transactions (Yellow Paper, appendix B). Reading accepts the canonical form only.</summary>
public static class Rlp
{
    /// <summary>Lists deeper than this are refused; a transaction has three levels.</summary>
    public const int MaxDepth = 32;

    /// <summary>First byte of strings is this plus their length, of long ones plus <see cref="LongestShort"/> and the length's length.</summary>
    private const byte TextMark = 0x80;

    /// <summary>The same of lists.</summary>
    private const byte ListMark = 0xC0;

    /// <summary>Longest content whose length stands in the first byte.</summary>
    private const int LongestShort = 55;

    /// <summary>Most bytes of a length we read: more than two thousand million bytes are never in hand.</summary>
    private const int MaxLengthBytes = sizeof(int);

    /// <summary>Encodes an item.</summary>
    public static byte[] Encode(RlpItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        var output = new ArrayBufferWriter<byte>();
        Write(item, output);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Decodes bytes that are one item and nothing more.</summary>
    /// <exception cref="RlpException">They are not, or not in the canonical form.</exception>
    public static RlpItem Decode(ReadOnlySpan<byte> bytes)
    {
        var item = Read(bytes, 0, out var used);
        return used == bytes.Length ? item : throw new RlpException($"{bytes.Length - used} bytes follow the item");
    }

    private static void Write(RlpItem item, ArrayBufferWriter<byte> output)
    {
        switch (item)
        {
            case RlpItem.Text { Bytes: [< TextMark] single }:
                output.Write(single);
                break;
            case RlpItem.Text text:
                WriteHead(TextMark, text.Bytes.Length, output);
                output.Write(text.Bytes);
                break;
            default:
                var content = new ArrayBufferWriter<byte>();
                foreach (var inner in item.AsList())
                {
                    Write(inner, content);
                }

                WriteHead(ListMark, content.WrittenCount, output);
                output.Write(content.WrittenSpan);
                break;
        }
    }

    private static void WriteHead(byte mark, int length, ArrayBufferWriter<byte> output)
    {
        if (length <= LongestShort)
        {
            output.Write([(byte)(mark + length)]);
            return;
        }

        var lengthBytes = BigEndian.Minimal((ulong)length);
        output.Write([(byte)(mark + LongestShort + lengthBytes.Length)]);
        output.Write(lengthBytes);
    }

    private static RlpItem Read(ReadOnlySpan<byte> bytes, int depth, out int used)
    {
        if (bytes.IsEmpty)
        {
            throw new RlpException("the bytes end where an item should begin");
        }

        var first = bytes[0];
        if (first < TextMark)
        {
            used = 1;
            return RlpItem.Of(bytes[..1]);
        }

        var isList = first >= ListMark;
        var content = Content(bytes, first - (isList ? ListMark : TextMark), out used);
        if (isList)
        {
            return ReadList(content, depth);
        }

        return content is [< TextMark]
            ? throw new RlpException("a byte below 0x80 is wrapped as a string, it stands for itself")
            : RlpItem.Of(content);
    }

    private static RlpItem.List ReadList(ReadOnlySpan<byte> content, int depth)
    {
        if (depth == MaxDepth)
        {
            throw new RlpException($"the lists are more than {MaxDepth} deep");
        }

        var items = new List<RlpItem>();
        while (!content.IsEmpty)
        {
            items.Add(Read(content, depth + 1, out var used));
            content = content[used..];
        }

        return new RlpItem.List(items);
    }

    /// <summary>The content of a string or a list.</summary>
    /// <param name="bytes">From the first byte on.</param>
    /// <param name="form">The first byte less the mark.</param>
    /// <param name="used">How many bytes it takes with its head.</param>
    private static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> bytes, int form, out int used)
    {
        var head = 1;
        long length = form;
        if (form > LongestShort)
        {
            head += form - LongestShort;
            length = ReadLength(bytes, form - LongestShort);
        }

        if (length > bytes.Length - head)
        {
            throw new RlpException($"an item says that it has {length} bytes, {Math.Max(0, bytes.Length - head)} are left");
        }

        used = head + (int)length;
        return bytes[head..used];
    }

    private static long ReadLength(ReadOnlySpan<byte> bytes, int lengthBytes)
    {
        if (lengthBytes > MaxLengthBytes || bytes.Length <= lengthBytes)
        {
            throw new RlpException("the length of an item is longer than the bytes there are");
        }

        if (bytes[1] == 0)
        {
            throw new RlpException("the length of an item begins with a zero byte");
        }

        Span<byte> field = stackalloc byte[sizeof(uint)];
        field.Clear();
        BigEndian.Fit(bytes.Slice(1, lengthBytes), field);
        var length = BinaryPrimitives.ReadUInt32BigEndian(field);
        return length > LongestShort ? length : throw new RlpException($"a length of {length} is written in the long form");
    }
}
