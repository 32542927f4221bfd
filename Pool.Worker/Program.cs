using Pool.Worker.Cli;
using Pool.Worker.Transcoding.Host;

var commands = new WorkerCommands(
    startTranscoder: async (device, logger, time, cancellationToken) =>
        await TranscodeHostProcess.StartAsync(TranscodeHostOptions.ForThisProgram(device), logger, time, cancellationToken),
    transcodeHost: (device, cancellationToken) =>
    {
        StopSignals.Ignore();
        return TranscodeHost.RunAsync(device, TimeProvider.System, cancellationToken);
    },
    Console.Out,
    Console.Error,
    TimeProvider.System);
return await commands.RunAsync(args);
