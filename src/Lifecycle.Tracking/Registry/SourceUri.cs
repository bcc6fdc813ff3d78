using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>What the source of a version stands for.</summary>
internal enum SourceKind
{
    /// <summary>Kept, never fetched.</summary>
    Foreign,

    /// <summary>Artifacts of a run.</summary>
    Run,

    /// <summary>A logged model, or files of it.</summary>
    LoggedModel,

    /// <summary>Another version.</summary>
    Version,

    /// <summary>A prompt: no files at all.</summary>
    Prompt,
}

/// <summary>The rule for places that come from outside: percent-decoded until nothing changes, no way up, no backslash, no control character, known schemes only.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Owner">Run, logged model or name of the registered model; empty for others.</param>
/// <param name="Path">Path below it, or the number of the version; may be empty.</param>
internal sealed record SourceUri(SourceKind Kind, string Owner = "", string Path = "")
{
    public const string Dummy = "dummy-source";
    private const int MostRounds = 8;
    private const int Longest = 4_096;

    private static readonly string[] Foreign = ["s3", "gs", "wasbs", "abfss", "dbfs", "hdfs", "https"];

    /// <exception cref="InvalidModelException">The source is refused; the text begins as MLflow's.</exception>
    public static SourceUri Parse(string? uri, bool isPrompt)
    {
        if (string.IsNullOrEmpty(uri))
        {
            throw new InvalidModelException("Missing value for required parameter 'source'. See the API docs for more information about request parameters.");
        }

        if (uri == Dummy && isPrompt)
        {
            return new SourceUri(SourceKind.Prompt);
        }

        string decoded = Decode(uri);
        int colon = uri.IndexOf(':', StringComparison.Ordinal);
        string scheme = colon <= 0 ? "" : uri[..colon].ToLowerInvariant();
        if (Foreign.Contains(scheme, StringComparer.Ordinal) && uri.AsSpan(colon).StartsWith("://") && uri.Length > colon + 3)
        {
            return new SourceUri(SourceKind.Foreign);
        }

        return scheme is not ("runs" or "models" or "mlflow-artifacts")
            ? throw Refused(uri, "To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained "
                + "within the artifact directory of the run specified by the run_id.")
            : Own(uri, scheme, decoded[(decoded.IndexOf(':', StringComparison.Ordinal) + 1)..]);
    }

    private static SourceUri Own(string uri, string scheme, string rest)
    {
        if (rest.AsSpan().IndexOfAny('#', '?', ';') >= 0)
        {
            throw Refused(uri, "It holds one of # ? ;, which no path of this workspace has.");
        }

        if (!rest.StartsWith('/') || rest.StartsWith("//", StringComparison.Ordinal))
        {
            throw Refused(uri, $"Use one slash behind the scheme, for example '{Example(scheme)}'.");
        }

        string path = rest[1..].TrimEnd('/');
        SourceUri? parsed = scheme switch
        {
            "runs" => Split(path, SourceKind.Run),
            "models" => OfModels(path),
            _ => OfProxy(path),
        };
        return parsed is null || (parsed.Kind != SourceKind.Version && parsed.Path.Length > 0 && !ArtifactPath.TryParse(parsed.Path, out _))
            ? throw Refused(uri, $"It is none of the forms of this workspace, for example '{Example(scheme)}'.")
            : parsed;
    }

    private static SourceUri? Split(string path, SourceKind kind)
    {
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        string owner = slash < 0 ? path : path[..slash];
        return owner.Length == 0 ? null : new SourceUri(kind, owner, slash < 0 ? "" : path[(slash + 1)..]);
    }

    private static SourceUri? OfModels(string path)
    {
        if (path.StartsWith("m-", StringComparison.Ordinal) && !path.Contains('/', StringComparison.Ordinal))
        {
            return new SourceUri(SourceKind.LoggedModel, path);
        }

        int slash = path.LastIndexOf('/');
        return slash <= 0 || !int.TryParse(path.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number == 0
            ? null : new SourceUri(SourceKind.Version, path[..slash], number.ToString(CultureInfo.InvariantCulture));
    }

    // <exp>/<run>/artifacts/... or <exp>/models/<m-id>/artifacts/...
    private static SourceUri? OfProxy(string path)
    {
        string[] parts = path.Split('/');
        int owner = parts.Length > 2 && parts[1] == "models" ? 2 : 1;
        return parts.Length <= owner + 1 || parts[owner + 1] != "artifacts" || parts[owner].Length == 0 ? null
            : new SourceUri(owner == 2 ? SourceKind.LoggedModel : SourceKind.Run, parts[owner], string.Join('/', parts[(owner + 2)..]));
    }

    private static string Decode(string uri)
    {
        string text = uri;
        for (int round = 0; ; round++)
        {
            if (text.Length > Longest || text.Any(c => char.IsControl(c) || c == '\\') || text.Split('/', ':').Any(s => s == ".."))
            {
                throw Refused(uri, $"It, or what it decodes to, holds a '..' segment, a backslash or a control character, or more than {Longest} characters.");
            }

            string next = Uri.UnescapeDataString(text);
            if (string.Equals(next, text, StringComparison.Ordinal))
            {
                return text;
            }

            if (round == MostRounds)
            {
                throw Refused(uri, $"It still changes when it is percent-decoded {MostRounds} times.");
            }

            text = next;
        }
    }

    private static string Example(string scheme) => scheme switch
    {
        "runs" => "runs:/<run id>/model",
        "models" => "models:/m-<id> or models:/<name>/<version>",
        _ => "mlflow-artifacts:/<experiment>/<run id>/artifacts/model",
    };

    private static InvalidModelException Refused(string uri, string why) => new($"Invalid model version source: '{KeyRule.Show(uri)}'. {why}");
}
