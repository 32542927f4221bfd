using Pool.Worker.Cli;
using Pool.Worker.Transcoding;

var commands = new WorkerCommands(
    startTranscoder: async (device, logger, time, cancellationToken) =>
        await TranscodeHostProcess.StartAsync(TranscodeHostOptions.ForThisProgram(device), logger, time, cancellationToken),
    transcodeHost: (_, cancellationToken) =>
    {
        StopSignals.Ignore();
        return TranscodeHost.RunAsync(cancellationToken);
    },
    Console.Out,
    Console.Error,
    TimeProvider.System);
return await commands.RunAsync(args);
