using System.Buffers.Binary;
using System.Text;

namespace Pool.Worker.Tests.Transcoding.Formats;

/// <summary>The boxes on the top level of an MP4.</summary>
internal static class Mp4Boxes
{
    internal static List<string> Of(ReadOnlySpan<byte> file)
    {
        var boxes = new List<string>();
        for (; !file.IsEmpty; file = file[(int)BinaryPrimitives.ReadUInt32BigEndian(file)..])
        {
            boxes.Add(Encoding.ASCII.GetString(file.Slice(4, 4)));
        }

        return boxes;
    }
}
