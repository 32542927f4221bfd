using System.CommandLine;
using Pool.Shared.Contracts;

namespace Pool.Worker.Cli;

/// <summary>The command line of <c>pool-worker</c>, for people.</summary>
internal sealed class WorkerCommands(TranscoderStart startTranscoder, TextWriter output, TextWriter error, TimeProvider time)
{
    /// <summary>Parses and runs. A command line that is wrong gets a line per mistake and <see cref="ExitCode.Usage"/>.</summary>
    public async Task<int> RunAsync(string[] args)
    {
        var parsed = Root().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var mistake in parsed.Errors)
            {
                await WorkerRun.SayAsync(error, mistake.Message);
            }

            return ExitCode.Usage;
        }

        // Signals are ours: the first one drains, it does not end the process after two seconds.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, Output = output, Error = error });
    }

    private RootCommand Root() => new("Pool.Worker: transcodes segments for a Livepeer transcoding pool.")
    {
        Run(), Transcode(), Version(),
    };

    private Command Run()
    {
        var options = new RunOptions();
        var run = new Command("run", "Join a pool and transcode for it until SIGTERM or Ctrl-C.");
        options.AddTo(run);
        run.SetAction((parsed, _) => WorkerRun.RunAsync(options.Read(parsed), startTranscoder, output, error, time));
        return run;
    }

    private Command Transcode()
    {
        var options = new TranscodeOptions();
        var transcode = new Command("transcode", "Transcode a video on this machine, with the same engine as for a pool.");
        options.AddTo(transcode);
        transcode.SetAction((parsed, cancellationToken) => new TranscodeRun(options.Read(parsed), output, error, time).RunAsync(cancellationToken));
        return transcode;
    }

    private Command Version()
    {
        var version = new Command("version", "Show the versions of the program and of the worker link.");
        version.SetAction((_, _) => output.WriteLineAsync($"{SoftwareVersion.Text}, worker link version {WorkerLink.ProtocolVersion}"));
        return version;
    }
}
