using Pool.Worker.Cli;
using Pool.Worker.Transcoding.Host;

// The codec process starts twice before anybody gets a frame, so it does not wait for a command line to be parsed.
if (args is [TranscodeHost.Command, TranscodeHost.DeviceOption, var hostDevice])
{
    StopSignals.Ignore();
    return await TranscodeHost.RunAsync(hostDevice, TimeProvider.System);
}

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
    Console.Out,
    Console.Error,
    TimeProvider.System);
return await commands.RunAsync(args);
