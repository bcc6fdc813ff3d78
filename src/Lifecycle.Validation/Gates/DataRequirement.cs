using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>The rows of the set keep a contract.</summary>
internal sealed class DataRequirement(ColumnContract contract) : Requirement(Validation.Confidence.None)
{
    public const string KindName = "data";

    private const int Told = 5;

    public override string Kind => KindName;

    public override string Text => $"data keep the contract '{contract.Name}'";

    internal override IEnumerable<string> Problems()
    {
        if (contract.Expectations.Count == 0)
        {
            yield return $"The contract '{contract.Name}' expects nothing; add a rule, for example .Column(\"income\", c => c.Required()).";
        }
    }

    internal override ValueTask<Finding> JudgeAsync(GateRun run)
    {
        BatchColumn[] columns = [.. Columns(run.Set)];
        if (columns.Length == 0)
        {
            return ValueTask.FromResult(Without(UndefinedReason.MissingMetric, $"{Text}: the set has no column; add features with .Feature(name, values) or attributes with .Attribute(name, values)."));
        }

        ContractOptions options = new() { MaxTrackedKeys = run.Options.MaxTrackedKeys, Stage = Stage.Training };
        ContractResult result = contract.Check(new ColumnBatch(columns), options, run.CancellationToken);
        Finding found = Start(result.Verdict, Message(result)) with { Confidence = null, Contract = result };
        bool codeThrew = result.Findings.Any(f => f is { BreaksContract: true, ErrorRow: not null });
        return ValueTask.FromResult(codeThrew ? found with { Value = MetricValue.Undefined(UndefinedReason.Error) } : found);
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("contract");
        writer.WriteRawValue(contract.ToDocument().ToJson(), skipInputValidation: true);
    }

    private IEnumerable<BatchColumn> Columns(EvaluationSet set)
    {
        HashSet<string> taken = new(StringComparer.Ordinal);
        HashSet<string> named = [.. contract.Columns, .. contract.Expectations.SelectMany(e => e.Columns)];
        foreach (FeatureColumn feature in set.Features.Where(f => taken.Add(f.Name)))
        {
            yield return feature.Column;
        }

        foreach (GroupColumn attribute in set.Attributes.Where(a => taken.Add(a.Name)))
        {
            int missing = attribute.MissingCode;
            string[] values = Array.ConvertAll(attribute.Codes.ToArray(), c => c == missing ? "" : attribute.Values[c]);
            yield return BatchColumn.Of<string>(attribute.Name, values, missing < 0 ? default(ReadOnlyMemory<bool>) : Array.ConvertAll(attribute.Codes.ToArray(), c => c != missing));
        }

        if (named.Contains("label") && taken.Add("label"))
        {
            yield return BatchColumn.Of<bool>("label", set.Labels.ToArray());
        }

        if (named.Contains("prediction") && taken.Add("prediction"))
        {
            yield return BatchColumn.Of<bool>("prediction", set.Predictions.ToArray());
        }

        if (named.Contains("score") && set.HasScores && taken.Add("score"))
        {
            yield return BatchColumn.Of<double>("score", set.Scores.ToArray());
        }

        if (named.Contains("weight") && set.IsWeighted && taken.Add("weight"))
        {
            yield return BatchColumn.Of<double>("weight", set.Weights.ToArray());
        }
    }

    private string Message(ContractResult result)
    {
        ContractFinding[] open = [.. result.Findings.Where(f => f.Severity == Severity.Error && f.Verdict is Verdict.Fail or Verdict.Inconclusive)];
        string rows = result.Rows.ToString("N0", CultureInfo.InvariantCulture);
        return result.Verdict == Verdict.Pass
            ? $"The {rows} rows keep the contract '{contract.Name}' ({contract.Expectations.Count} rules)."
            : $"The {rows} rows {(result.Verdict == Verdict.Fail ? "break" : "cannot be held against")} the contract '{contract.Name}'. "
                + string.Join(" ", open.Take(Told).Select(f => f.Message)) + (open.Length > Told ? $" And {open.Length - Told} more." : "");
    }
}
