using Pool.Worker.Cli;
using Pool.Worker.Transcoding;

// The codec process is this same program; it parses nothing but its own two words.
return args is ["transcode-host", ..] ? await TranscodeHost.RunAsync(args) : await WorkerCommands.RunAsync(args);
