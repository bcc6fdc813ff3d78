namespace Lifecycle.Validation;

/// <summary>An attribute whose values are groups, for example <c>race</c>: every row belongs to exactly one of them.</summary>
public sealed class GroupColumn
{
    /// <summary>What the group of rows without a value is called.</summary>
    public const string MissingName = "(missing)";

    private readonly int[] _codes;
    private readonly string[] _values;

    internal GroupColumn(string name, int[] codes, string[] values, int missingCode)
    {
        Name = name;
        _codes = codes;
        _values = values;
        MissingCode = missingCode;
    }

    /// <summary>Name of the attribute.</summary>
    public string Name { get; }

    /// <summary>The groups, in ordinal order; rows without a value form <see cref="MissingName"/>, which stands last.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>The group of each row, as a position in <see cref="Values"/>.</summary>
    public ReadOnlySpan<int> Codes => _codes;

    /// <summary>Position of the group of rows without a value; -1 when every row has one.</summary>
    public int MissingCode { get; }

    internal GroupColumn Take(ReadOnlySpan<int> rows)
    {
        int[] codes = new int[rows.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = _codes[rows[i]];
        }

        return new GroupColumn(Name, codes, _values, MissingCode);
    }
}
