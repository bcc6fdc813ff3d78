using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>The interval in the place of the number. Counted in decimals where they reach, so that 0.3 lies in [0.3,0.4).</summary>
internal sealed class BinOperator : ColumnOperator
{
    private const double Reach = 1e15;

    private readonly double _width;

    public BinOperator(string column, double width) => _width = double.IsFinite(width) && width >= 1e-12
        ? width
        : throw new PrivacyPlanException(FormattableString.Invariant($"'{column}': the width of a bin must be a number of at least 1e-12, not {width}."));

    public override string Name => "bin";

    public override void Check(TableColumn column)
    {
        if (!IsNumber(column))
        {
            throw Refuse(column, "numbers");
        }
    }

    public override void Write(Utf8JsonWriter json, DerivationSetting setting) => json.WriteNumber("width", _width);

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) => new NumberTransform((value, _) => Interval(value));

    internal string? Interval(double value)
    {
        if (!double.IsFinite(value))
        {
            return null;
        }

        if (Math.Abs(value) >= Reach || _width >= Reach)
        {
            double floor = Math.Floor(value / _width);
            return string.Create(CultureInfo.InvariantCulture, $"[{floor * _width},{(floor + 1) * _width})");
        }

        decimal width = (decimal)_width;
        decimal from = Math.Floor((decimal)value / width) * width;
        return string.Create(CultureInfo.InvariantCulture, $"[{Plain(from)},{Plain(from + width)})");
    }

    // without the zeros that decimals carry along
    private static string Plain(decimal value)
    {
        string text = value.ToString(CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }
}
