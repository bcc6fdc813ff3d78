using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Parameters of a statement that is being written.</summary>
internal sealed class SqlText
{
    private readonly List<(string Name, object? Value)> _parameters = [];

    public IReadOnlyList<(string Name, object? Value)> Parameters => _parameters;

    /// <summary>The name of a new parameter with this value.</summary>
    public string Add(object? value)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"$p{_parameters.Count}");
        _parameters.Add((name, value));
        return name;
    }

    /// <summary>A list of texts as one parameter: <c>(SELECT value FROM json_each(..))</c>.</summary>
    public string AddList(IEnumerable<string> values) => $"(SELECT value FROM json_each({Add(JsonText.List(values))}))";

    /// <summary>A list of numbers as one parameter.</summary>
    public string AddList(IEnumerable<long> values) =>
        $"(SELECT value FROM json_each({Add("[" + string.Join(',', values.Select(v => v.ToString(CultureInfo.InvariantCulture))) + "]")}))";

    /// <summary><c>= one</c> or <c>IN (several)</c>.</summary>
    public string OneOf(IReadOnlyList<long> values) => values.Count == 1 ? $"= {Add(values[0])}" : $"IN {AddList(values)}";
}
