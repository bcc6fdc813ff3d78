namespace Lifecycle.Drift;

/// <summary>Parts of one source, one after the other.</summary>
internal sealed class JoinedRows(IReadOnlyList<RowSource> parts) : RowSource
{
    public override int Rows => parts.Sum(p => p.Rows);

    public override IEnumerable<string> Names => parts[0].Names;

    public override bool Has(string name) => parts[0].Has(name);

    public override double[]? Numbers(string name)
    {
        double[] numbers = new double[Rows];
        int at = 0;
        foreach (RowSource part in parts)
        {
            if (part.Numbers(name) is not { } some)
            {
                return null;
            }

            some.CopyTo(numbers, at);
            at += some.Length;
        }

        return numbers;
    }

    public override string?[]? Labels(string name)
    {
        string?[] labels = new string?[Rows];
        int at = 0;
        foreach (RowSource part in parts)
        {
            if (part.Labels(name) is not { } some)
            {
                return null;
            }

            some.CopyTo(labels, at);
            at += some.Length;
        }

        return labels;
    }

    public override string TypeOf(string name) => parts[0].TypeOf(name);
}
