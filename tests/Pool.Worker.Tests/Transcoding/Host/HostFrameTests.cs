using FsCheck;
using FsCheck.Fluent;
using Pool.Worker.Transcoding.Host;

namespace Pool.Worker.Tests.Transcoding.Host;

/// <summary>The frames between worker and host, whatever arrives.</summary>
public sealed class HostFrameTests
{
    private static readonly HostFrameKind[] s_kinds = Enum.GetValues<HostFrameKind>();

    [Fact]
    public void Every_frame_comes_back_as_it_was_written() => Check.QuickThrowOnFailure(Prop.ForAll(Frames(), frames =>
    {
        using var stream = new MemoryStream();
        using (var writer = new HostFrameWriter(stream))
        {
            frames.ForEach(frame => Sync(writer.WriteAsync(frame.Kind, frame.Job, frame.Payload, CancellationToken.None)));
        }

        stream.Position = 0;
        return ReadAll(stream).SequenceEqual(frames, new SameFrame());
    }));

    [Fact]
    public void The_hosts_writer_and_the_workers_agree() => Check.QuickThrowOnFailure(Prop.ForAll(Frames(), frames =>
    {
        using var ours = new MemoryStream();
        using var theirs = new MemoryStream();
        using var writer = new HostFrameWriter(ours);
        var output = new HostOutput(theirs);
        foreach (var (kind, job, payload) in frames)
        {
            Sync(writer.WriteAsync(kind, job, (byte[])[0, 0, 1, 2, .. payload], CancellationToken.None));
            output.Write(kind, job, 0x102, payload);
        }

        return ours.ToArray().SequenceEqual(theirs.ToArray());
    }));

    [Fact]
    public void A_cut_stream_ends_or_is_an_error_and_never_hangs() => Check.QuickThrowOnFailure(Prop.ForAll(Frames(), ArbMap.Default.ArbFor<NonNegativeInt>(), (frames, cut) =>
    {
        var bytes = Bytes(frames);
        var length = bytes.Length == 0 ? 0 : cut.Get % bytes.Length;
        using var stream = new MemoryStream(bytes, 0, length);
        try
        {
            return frames.Take(ReadAll(stream).Count).Sum(frame => HostFrame.HeaderBytes + frame.Payload.Length) == length;
        }
        catch (HostBrokenException)
        {
            return true;
        }
    }));

    [Fact]
    public void Garbage_is_frames_or_a_clear_error_and_takes_no_memory_for_what_it_claims() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), garbage =>
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            ReadAll(new MemoryStream(garbage));
        }
        catch (HostBrokenException broken)
        {
            Assert.NotEmpty(broken.Message);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before < 4 * HostFrame.MaxPayloadBytes;
    }));

    [Theory]
    [InlineData(HostFrame.MaxPayloadBytes + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_frame_that_claims_too_much_is_refused_by_its_header(int claimed)
    {
        var header = new byte[HostFrame.HeaderBytes];
        header[0] = (byte)HostFrameKind.RenditionBytes;
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(5), claimed);

        var broken = Assert.Throws<HostBrokenException>(() => ReadAll(new MemoryStream(header)));

        Assert.Contains(claimed.ToString(System.Globalization.CultureInfo.InvariantCulture), broken.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => HostFrame.WriteHeader(header, HostFrameKind.Job, 1, HostFrame.MaxPayloadBytes + 1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(255)]
    public void A_kind_that_does_not_exist_is_refused(byte kind) =>
        Assert.Throws<HostBrokenException>(() => ReadAll(new MemoryStream([kind, 0, 0, 0, 1, 0, 0, 0, 0])));

    [Fact]
    public void A_payload_that_is_not_its_message_is_a_clear_error() => Check.QuickThrowOnFailure(Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), payload =>
    {
        using var stream = new MemoryStream(Bytes([(HostFrameKind.Outcome, 1, payload)]));
        using var frame = Sync(HostFrame.ReadAsync(stream, new byte[HostFrame.HeaderBytes], CancellationToken.None));
        return Throws(() => frame!.Read<HostOutcome>()) && (payload.Length >= HostFrame.IndexBytes || Throws(() => frame!.Number));   // it was written, so it is there
    }));

    private static bool Throws(Func<object> act)
    {
        try
        {
            return act() is not null;
        }
        catch (HostBrokenException)
        {
            return true;
        }
    }

    private static byte[] Bytes(List<(HostFrameKind Kind, int Job, byte[] Payload)> frames)
    {
        using var stream = new MemoryStream();
        using var writer = new HostFrameWriter(stream);
        frames.ForEach(frame => Sync(writer.WriteAsync(frame.Kind, frame.Job, frame.Payload, CancellationToken.None)));
        return stream.ToArray();
    }

    private static List<(HostFrameKind Kind, int Job, byte[] Payload)> ReadAll(Stream stream)
    {
        var (header, frames) = (new byte[HostFrame.HeaderBytes], new List<(HostFrameKind, int, byte[])>());
        while (Sync(HostFrame.ReadAsync(stream, header, CancellationToken.None)) is { } frame)
        {
            using (frame)
            {
                frames.Add((frame.Kind, frame.Job, frame.Payload.ToArray()));
            }
        }

        return frames;
    }

    /// <summary>Memory streams never wait.</summary>
    private static T Sync<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    private static void Sync(ValueTask task)
    {
        Assert.True(task.IsCompleted);
        task.GetAwaiter().GetResult();
    }

    private static Arbitrary<List<(HostFrameKind Kind, int Job, byte[] Payload)>> Frames() => Gen.ListOf(
        from kind in Gen.Elements(s_kinds)
        from job in ArbMap.Default.GeneratorFor<int>()
        from payload in ArbMap.Default.GeneratorFor<byte[]>()
        select (kind, job, payload)).Select(frames => frames.ToList()).ToArbitrary();

    private sealed class SameFrame : IEqualityComparer<(HostFrameKind Kind, int Job, byte[] Payload)>
    {
        public bool Equals((HostFrameKind Kind, int Job, byte[] Payload) x, (HostFrameKind Kind, int Job, byte[] Payload) y) =>
            x.Kind == y.Kind && x.Job == y.Job && x.Payload.SequenceEqual(y.Payload);

        public int GetHashCode((HostFrameKind Kind, int Job, byte[] Payload) frame) => frame.Job;
    }
}
