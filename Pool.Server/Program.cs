using Pool.Server.Hosting;

return await ServerCommands.RunAsync(args);
