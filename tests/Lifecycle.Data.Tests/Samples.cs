namespace Lifecycle.Data.Tests;

/// <summary>The real data sets of the repository.</summary>
internal static class Samples
{
    public static string Hmda { get; } = Find("hmda.csv");

    public static string Wages { get; } = Find("cps-1992-2004.csv");

    private static string Find(string name)
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "samples", "data", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"samples/data/{name} was not found in a folder above {AppContext.BaseDirectory}.");
    }
}
