using System.Text.Json;

namespace Lifecycle.Data.Tests;

/// <summary>What real DVC code wrote: <c>oracles/dvc/golden.json</c>.</summary>
internal static class DvcOracle
{
    private static readonly Lazy<JsonElement> File = new(() => JsonDocument.Parse(System.IO.File.ReadAllBytes(Path.Combine(Folder(), "golden.json"))).RootElement.Clone());

    public static JsonElement Root => File.Value;

    public static IEnumerable<JsonElement> Of(string key) => Root.GetProperty(key).EnumerateArray();

    private static string Folder()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "tests", "Lifecycle.Data.Tests", "oracles", "dvc");
            if (Directory.Exists(path))
            {
                return path;
            }
        }

        throw new DirectoryNotFoundException("The oracle of DVC is not there.");
    }
}
