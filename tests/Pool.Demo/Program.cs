using System.CommandLine;
using Pool.Demo;

var video = new Option<string>("--video") { Required = true, Description = "Video to stream." };
var orchestrator = new Option<string>("--orchestrator") { Required = true, Description = "Service URI of the pool." };
var statusUrl = new Option<string>("--status-url") { Required = true, Description = "The operator's status page." };
var tokenFile = new Option<string>("--token-file") { Required = true, Description = "The operator's token." };
var gateway = new Option<string>("--gateway") { Required = true, Description = "Path of pool-gateway.dll." };
var output = new Option<string>("--out") { Required = true, Description = "Folder for the renditions." };
var streams = new Option<int>("--streams") { Description = "Streams at once.", DefaultValueFactory = _ => 2 };
var report = new Option<string?>("--report") { Description = "JSON file for the result." };
var run = new Command("run", "Streams a video through a running pool and shows what happens.") { video, orchestrator, statusUrl, tokenFile, gateway, output, streams, report };
run.SetAction((parsed, cancellationToken) => new DemoRun(
    parsed.GetRequiredValue(video), parsed.GetRequiredValue(orchestrator), parsed.GetRequiredValue(gateway), parsed.GetRequiredValue(output),
    parsed.GetValue(streams), parsed.GetValue(report),
    new StatusClient(new Uri(parsed.GetRequiredValue(statusUrl)), File.ReadAllText(parsed.GetRequiredValue(tokenFile)).Trim())).RunAsync(cancellationToken));
return await new RootCommand("The demo's screen and report.") { run }.Parse(args).InvokeAsync();
