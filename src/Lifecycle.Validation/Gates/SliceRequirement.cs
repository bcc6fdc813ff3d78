using System.Text.Json;

namespace Lifecycle.Validation;

/// <summary>
/// Requirements on parts of the rows: one named slice, or every group of some attributes. Slices of one requirement share Holm's correction before
/// one of them fails; none is needed before all of them pass (Berger 1982).
/// </summary>
internal sealed class SliceRequirement : Requirement
{
    public const string OneName = "slice";
    public const string EveryName = "everySlice";
    public const string Small = "smallSlices";
    private readonly string? _name;
    private readonly Slice? _where;
    private readonly IReadOnlyList<string> _by;
    private readonly int _minRows;
    private readonly GateDefinition _inner;

    public SliceRequirement(string name, Slice where, GateDefinition inner)
        : base(inner.Confidence) => (_name, _where, _by, _inner) = (name, where, [], inner.Frozen());

    public SliceRequirement(IReadOnlyList<string> by, int minRows, GateDefinition inner)
        : base(inner.Confidence) => (_by, _minRows, _inner) = (by, minRows, inner.Frozen());

    public override string Kind => _where is null ? EveryName : OneName;

    public override string Text => _where is null
        ? $"on every slice by {string.Join(" x ", _by)} of at least {_minRows} rows: {Inner}"
        : $"on slice {_name} ({_where}): {Inner}";

    internal override IReadOnlyList<string> Attributes => [.. _by, .. _inner.Requirements.SelectMany(r => r.Attributes)];

    internal IReadOnlyList<Requirement> Requirements => _inner.Requirements;

    private string Inner => string.Join("; ", _inner.Requirements.Select(r => r.Text));

    internal override IEnumerable<string> Problems()
    {
        if (_where is null && (_by.Count == 0 || _by.Any(string.IsNullOrEmpty) || _by.Distinct(StringComparer.Ordinal).Count() < _by.Count))
        {
            yield return "OnEverySlice: name the attributes that form the slices, each once.";
        }

        if (_where is not null && string.IsNullOrWhiteSpace(_name))
        {
            yield return $"The slice '{_where}' needs a name.";
        }

        if (_minRows < 0)
        {
            yield return $"OnEverySlice: minRows {_minRows} must be at least 0.";
        }

        if (_inner.Requirements.Count == 0)
        {
            yield return $"{(_where is null ? $"Every slice by {string.Join(" x ", _by)}" : $"The slice '{_name}'")} asks for nothing; add a requirement, for example g => g.Require(Metric.Accuracy, atLeast: 0.80).";
        }

        foreach (string problem in _inner.Mistakes.Concat(_inner.Requirements.SelectMany(r => r.Problems())))
        {
            yield return problem;
        }

        if (_inner.Requirements.OfType<SliceRequirement>().Any())
        {
            yield return "A slice inside a slice; join conditions with And, or name several attributes.";
        }
    }

    internal override ValueTask<Finding> JudgeAsync(GateRun run) => throw new InvalidOperationException("Slices give several findings.");

    internal override async ValueTask<IReadOnlyList<Finding>> JudgeAllAsync(GateRun run)
    {
        List<SliceRows> slices;
        try
        {
            slices = _where is null ? [.. SliceRows.Every(run.Set, _by, run.Options.MaxGroups)] : [new SliceRows(_name!, _where.RowsOf(run.Set))];
        }
        catch (LifecycleException error)
        {
            return [Mark(Without(UndefinedReason.Error, $"{Text}: {Wording.Show(error.Message)}"), _name)];
        }

        List<Finding> findings = [];
        SliceRows[] small = [.. slices.Where(s => s.Rows.Length < _minRows)];
        slices.RemoveAll(s => s.Rows.Length < _minRows);
        (string Name, GateRun Run)[] judged = [.. slices.Where(s => s.Rows.Length > 0).Select(s => (s.Name, run.On(s.Rows)))];
        foreach (Requirement requirement in _inner.Requirements)
        {
            findings.AddRange(slices.Where(s => s.Rows.Length == 0).Select(s => Mark(requirement.Without(
                UndefinedReason.MissingSlice, $"{requirement.Text}: no row is in the slice '{Wording.Show(s.Name)}' ({_where}). Data that should have such rows have none; correct the data or the slice."), s.Name)));
            findings.AddRange(await SliceFamily.JudgeAsync(requirement, judged).ConfigureAwait(false));
        }

        if (small.Length > 0 || slices.Count == 0)
        {
            findings.Add(SmallSlices(small, slices.Count));
        }

        return [.. findings.Select(f => f with { IsAdvisory = f.IsAdvisory || IsAdvisory })];
    }

    internal override void WriteProperties(Utf8JsonWriter writer)
    {
        if (_where is not null)
        {
            writer.WriteString("name", _name);
            _where.Write(writer);
        }
        else
        {
            writer.WriteStartArray("by");
            foreach (string attribute in _by)
            {
                writer.WriteStringValue(attribute);
            }

            writer.WriteEndArray();
            writer.WriteNumber("minRows", _minRows);
        }

        GateJson.WriteRequirements(writer, _inner.Requirements);
    }

    private static Finding Mark(Finding finding, string? slice) => finding with { Slice = slice };

    private Finding SmallSlices(SliceRows[] small, int judged)
    {
        string names = string.Join(", ", small.Take(20).Select(s => $"{s.Name} ({s.Rows.Length} rows)")) + (small.Length > 20 ? $" and {small.Length - 20} more" : "");
        return new Finding
        {
            Requirement = Text,
            Kind = Small,
            Verdict = judged > 0 ? Verdict.Skipped : Verdict.Inconclusive,
            Value = judged > 0 ? null : MetricValue.Undefined(UndefinedReason.TooFewRows),
            Message = judged > 0 ? $"Not judged, having fewer than {_minRows} rows: {names}." : $"No slice has {_minRows} rows, so nothing was judged: {names}.",
        };
    }
}
