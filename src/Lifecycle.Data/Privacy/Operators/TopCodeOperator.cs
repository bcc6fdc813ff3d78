using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>A label in the place of numbers above a limit; NaN has none and becomes null.</summary>
internal sealed class TopCodeOperator : ColumnOperator
{
    private readonly double _max;
    private readonly string _label;

    public TopCodeOperator(string column, double max, string? label)
    {
        if (!double.IsFinite(max) || (label is not null && (label.Length is 0 or > 256 || label.Any(char.IsControl))))
        {
            throw new PrivacyPlanException(FormattableString.Invariant(
                $"'{column}': the limit of a top code must be a finite number (it is {max}), and its label 1 to 256 visible characters."));
        }

        _max = max;
        _label = label ?? ">" + max.ToString(CultureInfo.InvariantCulture);
    }

    public override string Name => "topCode";

    public double Maximum => _max;

    public override void Check(TableColumn column)
    {
        if (!IsNumber(column))
        {
            throw Refuse(column, "numbers");
        }
    }

    public override void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
        json.WriteNumber("max", _max);
        json.WriteString("label", _label);
    }

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) =>
        new NumberTransform((value, text) => double.IsNaN(value) ? null : value > _max ? _label : text);
}
