namespace Pool.Worker.Tests.Cli;

/// <summary>The built program as a process: what its owner sees when the command line is wrong.</summary>
public sealed class CommandLineTests
{
    private const string Payee = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
    private const string PoolUrl = "http://127.0.0.1:1";

    [Theory]
    [InlineData("0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", Payee)]
    [InlineData("0x0000000000000000000000000000000000000000", "would burn your earnings")]
    [InlineData("0x1234", "4 hex digits after 0x instead of 40")]
    [InlineData("alice.eth", "does not begin with 0x")]
    public async Task A_wrong_payee_gets_one_line_with_the_reason(string payee, string reason)
    {
        var (exit, output, error) = await RunAsync("run", "--pool", PoolUrl, "--payout", payee);

        Assert.Equal(2, exit);
        Assert.StartsWith("pool-worker: --payout: ", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("--pool", "pool.example", "--pool: 'pool.example' is not the address of a pool")]
    [InlineData("--device", "tpu", "--device: 'tpu' is not a device; there are: cpu, nvidia[:NUMBER], vaapi[:NODE], qsv[:NODE]")]
    [InlineData("--sessions", "0", "--sessions: '0' is not a number from 1 to 64")]
    [InlineData("--sessions", "65", "--sessions: '65' is not a number from 1 to 64")]
    [InlineData("--sessions", "many", "--sessions: 'many' is not a number from 1 to 64")]
    [InlineData("--pool-certificate", "/dev/null", "--pool-certificate: there is no certificate in PEM form in '/dev/null'")]
    [InlineData("--pool-certificate", "/no/such/file", "--pool-certificate: '/no/such/file' cannot be read: ")]
    [InlineData("--speed", "11", "--speed")]
    public async Task A_wrong_option_gets_a_line_that_names_it(string option, string value, string line)
    {
        string[] pool = string.Equals(option, "--pool", StringComparison.Ordinal) ? [] : ["--pool", "https://pool.example"];

        var (exit, _, error) = await RunAsync(["run", .. pool, "--payout", Payee, option, value]);

        Assert.Equal(2, exit);
        Assert.StartsWith("pool-worker: ", error, StringComparison.Ordinal);
        Assert.Contains(line, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://pool.example:8936")]
    [InlineData("HTTP://pool.example")]
    public async Task Certificate_of_a_pool_without_encryption_is_refused(string pool)
    {
        var (exit, output, error) = await RunAsync("run", "--pool", pool, "--payout", Payee, "--pool-certificate", "/no/such/file");

        Assert.Equal((2, ""), (exit, output));
        Assert.Contains($"--pool-certificate: nobody shows a certificate at '{pool}': use the pool's https address, or leave the option away", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_options_are_all_named()
    {
        var (exit, _, error) = await RunAsync("run");

        Assert.Equal(2, exit);
        Assert.Contains("--pool", error, StringComparison.Ordinal);
        Assert.Contains("--payout", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_names_program_and_link()
    {
        var (exit, output, _) = await RunAsync("version");

        Assert.Equal(0, exit);
        Assert.Matches(@"^pool-worker \d+\.\d+\.\d+, worker link version 3\s*$", output);
    }

    [Fact]
    public async Task Help_shows_how_to_run_and_hides_the_codec_process()
    {
        var (exit, output, _) = await RunAsync("--help");

        Assert.Equal(0, exit);
        Assert.Contains("run", output, StringComparison.Ordinal);
        Assert.DoesNotContain("transcode-host", output, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var program = WorkerProgram.Start(arguments);
        return await program.EndAsync();
    }
}
