using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pool.Server.Node;
using Pool.Server.Segments;
using Pool.Server.Tests.Kit;
using Pool.Shared.Media;

namespace Pool.Server.Tests.Hosting;

/// <summary>How a full spool makes room: the oldest renditions go, but none that a gateway may be fetching.</summary>
public sealed class SpoolRoomTests : IDisposable
{
    private const int FileBytes = 400_000;

    private readonly ShiftedTime _time = new();
    private readonly string _home = Directory.CreateTempSubdirectory("pool-spool-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task The_oldest_renditions_make_room_for_new_bytes()
    {
        var spool = Open();
        var first = await WriteAsync(spool);
        var second = await WriteAsync(spool);
        _time.Forward(TimeSpan.FromMinutes(2));

        var third = await WriteAsync(spool);

        Assert.Null(spool.FindServed(first.Name));
        Assert.NotNull(spool.FindServed(second.Name));
        Assert.NotNull(spool.FindServed(third.Name));
        Assert.Equal(2 * FileBytes, spool.Bytes);
    }

    [Fact]
    public async Task A_rendition_that_may_still_be_fetched_stays_and_new_bytes_are_refused()
    {
        var spool = Open();
        var first = await WriteAsync(spool);
        await WriteAsync(spool);

        await Assert.ThrowsAsync<SpoolFullException>(() => WriteAsync(spool));

        Assert.NotNull(spool.FindServed(first.Name));
        Assert.Equal(2 * FileBytes, spool.Bytes);
    }

    [Fact]
    public async Task After_a_restart_the_oldest_are_still_the_first_to_go_and_half_a_file_is_none()
    {
        var before = Open();
        var first = await WriteAsync(before);
        await WriteAsync(before);
        File.SetLastWriteTimeUtc(first.Path, (_time.GetUtcNow() - TimeSpan.FromMinutes(2)).UtcDateTime);
        await File.WriteAllBytesAsync(first.Path + ".part", new byte[1000]);
        await File.WriteAllBytesAsync(Path.Combine(Path.GetDirectoryName(first.Path)!, "nonsense"), new byte[1000]);

        var after = Open();
        var bytes = after.Bytes;
        await WriteAsync(after);

        Assert.Equal(2 * FileBytes, bytes);
        Assert.Null(after.FindServed(first.Name));
        Assert.Equal(2, Directory.GetFiles(Path.GetDirectoryName(first.Path)!).Length);
    }

    [Fact]
    public async Task A_file_that_is_deleted_twice_is_given_back_once()
    {
        var spool = Open();
        var file = await WriteAsync(spool);

        Parallel.For(0, 16, _ => spool.Delete(file));

        Assert.Equal(0, spool.Bytes);
    }

    private Spool Open()
    {
        var spool = new Spool(
            Options.Create(new SpoolOptions { MaxBytes = 1 << 20, MinFreeBytes = 0 }), Options.Create(new NodeOptions { Home = _home }),
            _time, NullLogger<Spool>.Instance);
        spool.Open();
        return spool;
    }

    private static async Task<SpoolFile> WriteAsync(Spool spool)
    {
        await using var writer = spool.CreateRendition(FileBytes, Container.MpegTs);
        await writer.WriteAsync(new byte[FileBytes], CancellationToken.None);
        return await writer.CompleteAsync();
    }
}
