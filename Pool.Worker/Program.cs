using Pool.Worker.Cli;

// The codec process is this same program; it parses nothing but its own two words.
return args is ["transcode-host", ..] ? 1 : await WorkerCommands.RunAsync(args);
