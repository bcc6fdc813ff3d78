using System.Text.Json.Nodes;

namespace Lifecycle.AspNetCore.Tests;

/// <summary>One request and answer of a recording.</summary>
internal sealed record WireExchange(int Number, string Step, string Method, string Path, long? ContentLength, JsonNode? Body, int Status, JsonNode? Answer)
{
    /// <summary>Where the recordings lie: beside the repository, or where LIFECYCLE_SHARED says; null when they are not there.</summary>
    public static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("LIFECYCLE_SHARED") is { Length: > 0 } named)
        {
            return System.IO.Path.Combine(named, "oracles", "mlflow");
        }

        for (DirectoryInfo? up = new(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            string folder = System.IO.Path.Combine(up.FullName, "shared", "oracles", "mlflow");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }

    /// <summary>Skips the calling test, saying so, where the recordings are not there.</summary>
    public static List<WireExchange> Load(string file)
    {
        string? folder = Folder();
        Assert.SkipWhen(folder is null, "The recordings of MLflow clients (../shared/oracles/mlflow) are not here.");
        return [.. File.ReadLines(System.IO.Path.Combine(folder!, file)).Select(Read)];
    }

    private static WireExchange Read(string line, int number)
    {
        JsonNode exchange = JsonNode.Parse(line)!;
        JsonNode request = exchange["request"]!, response = exchange["response"]!;
        string? length = (string?)request["headers"]?["Content-Length"];
        return new WireExchange(
            number, (string)exchange["step"]!, (string)request["method"]!, (string)request["path"]!,
            length is null ? null : long.Parse(length, System.Globalization.CultureInfo.InvariantCulture), request["body"]?.DeepClone(),
            (int)response["status"]!, response["body"]?.DeepClone());
    }
}
