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

/// <summary>The source of a version, read; the rule is that of <see cref="ArtifactLocation"/>.</summary>
/// <param name="Kind">What it stands for.</param>
/// <param name="Owner">Run, logged model or name of the registered model; empty for others.</param>
/// <param name="Path">Path below it, or the number of the version; may be empty.</param>
internal sealed record SourceUri(SourceKind Kind, string Owner = "", string Path = "")
{
    public const string Dummy = "dummy-source";
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

        int colon = uri.IndexOf(':', StringComparison.Ordinal);
        if (!ArtifactLocation.IsKnown(colon < 0 ? "" : uri[..colon]))
        {
            throw Refused(uri, "To use a local path as a model version source, the run_id request parameter has to be specified and the local path has to be contained "
                + "within the artifact directory of the run specified by the run_id.");
        }

        return ArtifactLocation.Broken(uri) is { } why ? throw Refused(uri, $"It cannot be kept: {why}.")
            : uri[..colon] is "runs" or "models" or "mlflow-artifacts" ? Own(uri, uri[..colon], Decoded(uri)[(colon + 1)..])
            : new SourceUri(SourceKind.Foreign);
    }

    private static SourceUri Own(string uri, string scheme, string rest)
    {
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

    // It stops changing: the rule let it through.
    private static string Decoded(string uri)
    {
        string next = Uri.UnescapeDataString(uri);
        return string.Equals(next, uri, StringComparison.Ordinal) ? uri : Decoded(next);
    }

    private static string Example(string scheme) => scheme switch
    {
        "runs" => "runs:/<run id>/model",
        "models" => "models:/m-<id> or models:/<name>/<version>",
        _ => "mlflow-artifacts:/<experiment>/<run id>/artifacts/model",
    };

    private static InvalidModelException Refused(string uri, string why) => new($"Invalid model version source: '{KeyRule.Show(uri)}'. {why}");
}
