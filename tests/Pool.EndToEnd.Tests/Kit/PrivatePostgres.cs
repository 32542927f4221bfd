using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using Pool.Tests.Kit;

namespace Pool.EndToEnd.Tests.Kit;

/// <summary>
/// A Postgres of the test's own that it may kill, with the settings of earnest: what it has committed is on the disk. It lies beside the cluster that
/// <c>./pool test</c> started and runs as the same user, so it goes with that one if the test does not get so far.
/// </summary>
internal sealed class PrivatePostgres : IAsyncDisposable
{
    private const string User = "pool";

    private readonly string _folder;
    private readonly KeptProgram _program;

    private PrivatePostgres(string folder, int port, string password, KeptProgram program)
    {
        (_folder, _program) = (folder, program);
        Connection = new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = User,
            Password = password,
            Database = "postgres",
        }.ConnectionString;
    }

    /// <summary>How a server reaches it.</summary>
    public string Connection { get; }

    /// <summary>What it said, for the message of a failure.</summary>
    public string Story => _program.Story;

    /// <summary>Makes a cluster and waits until it answers.</summary>
    public static async Task<PrivatePostgres> StartAsync()
    {
        var asked = Environment.GetEnvironmentVariable("POOL_TEST_DB") ?? throw new InvalidOperationException("POOL_TEST_DB is not set: run the tests with ./pool test.");
        var programs = await TextAsync(asked, "SELECT setting FROM pg_config WHERE name = 'BINDIR'");
        var beside = await TextAsync(asked, "SHOW data_directory");
        var owner = (await RunAsync("stat", ["-c", "%u:%g", beside])).Trim();
        var folder = Path.Combine(Path.GetDirectoryName(beside)!, $"chaos-{Guid.NewGuid():N}");   // a data directory is in a folder
        var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (passwordFile, data) = (Path.Combine(folder, "password"), Path.Combine(folder, "data"));
        await File.WriteAllTextAsync(passwordFile, password);
        if (Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", ["-R", owner, folder]);
        }

        var initdb = As(owner, Path.Combine(programs, "initdb"), "-D", data, "-U", User, $"--pwfile={passwordFile}", "-A", "scram-sha-256", "-E", "UTF8", "--locale=C", "--no-sync");
        await RunAsync(initdb[0], initdb[1..]);
        var port = FreePort.Next();
        var postgres = As(
            owner, Path.Combine(programs, "postgres"), "-D", data, "-p", port.ToString(CultureInfo.InvariantCulture),
            "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "logging_collector=off");
        var started = new PrivatePostgres(folder, port, password, new KeptProgram(() => RunningProgram.Start(postgres[0], postgres[1..])));
        try
        {
            await started.WaitUntilBackAsync();
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    /// <summary>kill -9 of all its processes; it is started again when it has been away for so long.</summary>
    public Task KillAsync(TimeSpan away) => _program.KillAsync(away);

    /// <summary>Waits until it answers.</summary>
    public Task WaitUntilBackAsync() => Patience.UntilAsync($"a Postgres that answers; it said: {_program.Story}", async () =>
    {
        try
        {
            return await TextAsync(Connection, "SELECT 'yes'") == "yes";
        }
        catch (NpgsqlException)
        {
            return false;
        }
    });

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The command as the owner of the cluster: Postgres refuses to run as root, and that user may not enter the folder we are in.</summary>
    private static string[] As(string owner, params string[] command) => Environment.IsPrivilegedProcess
        ? ["env", "-C", "/", "setpriv", $"--reuid={owner.Split(':')[0]}", $"--regid={owner.Split(':')[1]}", "--clear-groups", "--", .. command]
        : command;

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        var run = await ProgramRun.RunAsync(program, arguments);
        Assert.True(run.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {run.Errors}");
        return run.Output;
    }

    private static async Task<string> TextAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync() as string ?? throw new InvalidOperationException($"{sql} has no answer.");
    }
}
