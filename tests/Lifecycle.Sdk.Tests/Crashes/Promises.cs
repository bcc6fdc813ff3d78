using System.Globalization;

namespace Lifecycle.Sdk.Tests;

/// <summary>What children said was acknowledged before they were killed.</summary>
internal sealed class Promises
{
    /// <summary>Steps of the metric by run; every run that was begun is there.</summary>
    public Dictionary<string, List<long>> Steps { get; } = new(StringComparer.Ordinal);

    /// <summary>Runs that were ended.</summary>
    public HashSet<string> Finished { get; } = new(StringComparer.Ordinal);

    /// <summary>Models by id.</summary>
    public Dictionary<string, Digest> Models { get; } = new(StringComparer.Ordinal);

    /// <summary>Versions by number.</summary>
    public Dictionary<int, (Digest Digest, string Run)> Versions { get; } = [];

    public void Add(IEnumerable<string> lines)
    {
        foreach (string[] words in lines.Select(l => l.Split(' ')))
        {
            switch (words)
            {
                case ["started"]:
                    break;
                case ["run", var run]:
                    Steps.Add(run, []);
                    break;
                case ["metric", var run, var step]:
                    Steps[run].Add(long.Parse(step, CultureInfo.InvariantCulture));
                    break;
                case ["model", var model, var digest]:
                    Models.Add(model, Digest.Parse(digest));
                    break;
                case ["version", var number, var digest, var run]:
                    Versions.Add(int.Parse(number, CultureInfo.InvariantCulture), (Digest.Parse(digest), run));
                    break;
                case ["finished", var run]:
                    Finished.Add(run);
                    break;
                default:
                    throw new InvalidOperationException($"The child said '{string.Join(' ', words)}'.");
            }
        }
    }
}
