using Lifecycle.Tracking;

namespace Lifecycle.AspNetCore;

/// <summary>
/// A path of the artifact proxy: <c>&lt;experiment&gt;/&lt;run&gt;/artifacts/...</c> or <c>&lt;experiment&gt;/models/&lt;m-id&gt;/artifacts/...</c>. All else is
/// refused, so no request can name anything but an artifact.
/// </summary>
/// <param name="Experiment">Id of the experiment.</param>
/// <param name="Run">Id of the run; null for a model.</param>
/// <param name="Model">Id of the logged model; null for a run.</param>
/// <param name="Path">Path inside; empty for the top.</param>
internal sealed record MlflowArtifactPath(string Experiment, string? Run, string? Model, string Path)
{
    /// <exception cref="MlflowException">It is no such path.</exception>
    public static MlflowArtifactPath Parse(string? text)
    {
        if (!ArtifactPath.TryParse(text?.TrimEnd('/'), out ArtifactPath path) || text!.EndsWith("//", StringComparison.Ordinal))
        {
            throw MlflowException.Invalid("Invalid path");
        }

        string[] parts = path.Value.Split('/');
        if (parts.Length >= 4 && parts[1] == "models" && parts[3] == "artifacts")
        {
            return new MlflowArtifactPath(parts[0], null, parts[2], string.Join('/', parts[4..]));
        }

        return parts.Length >= 3 && parts[2] == "artifacts" && parts[1] != "models"
            ? new MlflowArtifactPath(parts[0], MlflowRequire.Run(parts[1]), null, string.Join('/', parts[3..]))
            : throw MlflowException.Invalid("Invalid path");
    }
}
