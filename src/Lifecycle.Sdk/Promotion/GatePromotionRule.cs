using Lifecycle.Tracking;
using Lifecycle.Validation;

namespace Lifecycle;

/// <summary>
/// Refuses to point a gated alias at a version unless a gate report passed, is about this very model, and still lies in the object store unchanged.
/// </summary>
public sealed class GatePromotionRule : IPromotionRule
{
    /// <summary>The kind of evidence that a gate gives.</summary>
    public const string EvidenceKind = "gate";

    private readonly IBlobStore _blobs;
    private readonly PromotionOptions _options;

    /// <summary>Makes the rule.</summary>
    /// <param name="blobs">Holds the reports.</param>
    /// <param name="options">Which aliases are gated.</param>
    public GatePromotionRule(IBlobStore blobs, PromotionOptions options)
    {
        ArgumentNullException.ThrowIfNull(blobs);
        ArgumentNullException.ThrowIfNull(options);
        _blobs = blobs;
        _options = options;
    }

    /// <inheritdoc/>
    public async ValueTask<PromotionVerdict> JudgeAsync(PromotionRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!_options.GatedAliases.Contains(request.Alias))
        {
            return PromotionVerdict.Allow;
        }

        Evidence[] gates = [.. request.Version.Evidence.Where(e => string.Equals(e.Kind, EvidenceKind, StringComparison.Ordinal))];
        if (gates.Length == 0)
        {
            return PromotionVerdict.Refuse(
                $"The alias '{request.Alias}' needs a passed gate report and the version '{request.Version}' has none.",
                "Evaluate the model with lifecycle.Gate(...) and register it together with the report.");
        }

        foreach (Evidence gate in gates)
        {
            if (await ProblemOfAsync(gate, request.Version, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                return PromotionVerdict.Refuse(problem, "Evaluate the gate again and register the model with the new report.");
            }
        }

        return PromotionVerdict.Allow;
    }

    private async ValueTask<string?> ProblemOfAsync(Evidence gate, ModelVersion version, CancellationToken cancellationToken)
    {
        GateReport report;
        try
        {
            Stream stream = await _blobs.OpenAsync(gate.Digest, cancellationToken: cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                using MemoryStream bytes = new();
                await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
                report = GateReport.FromJson(bytes.ToArray());
            }
        }
        catch (BlobNotFoundException)
        {
            return $"The gate report {gate.Digest} is not in the object store.";
        }
        catch (BlobCorruptedException error)
        {
            return $"The gate report is damaged: {error.Message}";
        }
        catch (FormatException)
        {
            return $"The blob {gate.Digest} is no gate report.";
        }

        return report.Model != version.Digest
            ? $"The gate report {gate.Digest} is about the model {report.Model}, not about {version.Digest}."
            : !report.Passed
            ? $"The gate report {gate.Digest} says {report.Verdict}; only Pass promotes."
            : null;
    }
}
