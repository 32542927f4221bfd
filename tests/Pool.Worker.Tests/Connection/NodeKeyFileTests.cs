using Pool.Worker.Connection;

namespace Pool.Worker.Tests.Connection;

public sealed class NodeKeyFileTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"pool-worker-{Guid.NewGuid():N}");

    private string KeyFile => Path.Combine(_folder, NodeKeyFile.Name);

    public void Dispose()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    [Fact]
    public void The_first_run_makes_a_key_for_its_owner_alone_and_later_runs_find_it()
    {
        string first;
        using (var home = WorkerHome.Open(_folder))
        using (var key = NodeKeyFile.LoadOrCreate(home))
        {
            first = key.Address.ToString();
        }

        using var again = WorkerHome.Open(_folder);
        using var found = NodeKeyFile.LoadOrCreate(again);

        Assert.Equal(first, found.Address.ToString());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(KeyFile).UnixFileMode);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(_folder).UnixFileMode);
        Assert.Equal([KeyFile, Path.Combine(_folder, "worker.lock")], Directory.GetFiles(_folder).Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")]
    [InlineData("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f3623")]
    public void A_damaged_key_is_named_and_never_overwritten(string content)
    {
        using var home = WorkerHome.Open(_folder);
        File.WriteAllText(KeyFile, content);

        var refused = Assert.Throws<WorkerSetupException>(() => NodeKeyFile.LoadOrCreate(home));

        Assert.Contains(KeyFile, refused.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", refused.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(KeyFile));
    }

    [Fact]
    public void A_half_written_key_of_a_power_cut_is_forgotten()
    {
        using var home = WorkerHome.Open(_folder);
        File.WriteAllText(KeyFile + ".new", "half a k");

        using var key = NodeKeyFile.LoadOrCreate(home);

        Assert.False(File.Exists(KeyFile + ".new"));
        Assert.Equal(65, new FileInfo(KeyFile).Length);
    }

    [Fact]
    public void Two_workers_in_one_home_are_told_apart_and_the_lock_ends_with_the_first()
    {
        var first = WorkerHome.Open(_folder);
        var refused = Assert.Throws<WorkerSetupException>(() => WorkerHome.Open(_folder));
        first.Dispose();

        using var second = WorkerHome.Open(_folder);
        Assert.Contains("Another pool-worker is running", refused.Message, StringComparison.Ordinal);
        Assert.Contains(_folder, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_home_that_is_a_file_is_an_error_that_names_it()
    {
        File.WriteAllText(_folder, "");
        try
        {
            var refused = Assert.Throws<WorkerSetupException>(() => WorkerHome.Open(_folder));

            Assert.Contains(_folder, refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(_folder);
        }
    }
}
