using System.Text.Json;
using System.Text.Json.Nodes;
using Pool.Gateway.Progress;
using Pool.Gateway.Reports;

namespace Pool.Demo;

/// <summary>The demo's report: the gateway's, with the workers' side of the books.</summary>
public static class DemoReport
{
    private sealed record WorkerEntry(string NodeKey, string Payee, long Segments, string Pixels);

    private sealed record TotalEntry(long Segments, string Pixels, long Contributions);

    /// <summary>The report as JSON.</summary>
    public static string Text(StreamReport report, Books books, Money? money)
    {
        // A record becomes a JSON object, never another node.
        var json = JsonSerializer.SerializeToNode(report, GatewayJson.Pretty)!.AsObject();
        json["workers"] = JsonSerializer.SerializeToNode(
            books.Workers.Select(worker => new WorkerEntry(worker.NodeKey, worker.Payee, worker.Segments, worker.Pixels.ToString())),
            GatewayJson.Pretty);
        json["totals"] = JsonSerializer.SerializeToNode(
            new TotalEntry(books.BookedSegments, books.BookedPixels.ToString(), books.Contributions), GatewayJson.Pretty);
        if (money is not null)
        {
            json["money"] = JsonSerializer.SerializeToNode(money, GatewayJson.Pretty);
        }

        return json.ToJsonString(GatewayJson.Pretty) + "\n";
    }
}
