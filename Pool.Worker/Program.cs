using Pool.Worker.Cli;
using Pool.Worker.Transcoding.Host;

var commands = new WorkerCommands(
    startTranscoder: async (device, logger, time, cancellationToken) =>
    {
        var transcoder = await TranscodeHostProcess.StartAsync(TranscodeHostOptions.ForThisProgram(device), logger, time, cancellationToken);
        if (!transcoder.Sandbox.IsWhole)
        {
            await WorkerRun.SayAsync(Console.Error, $"the codecs run with less protection than they could have, {transcoder.Sandbox}");
        }

        return transcoder;
    },
    transcodeHost: (device, cancellationToken) =>
    {
        StopSignals.Ignore();
        return TranscodeHost.RunAsync(device, TimeProvider.System, cancellationToken);
    },
    Console.Out,
    Console.Error,
    TimeProvider.System);
return await commands.RunAsync(args);
