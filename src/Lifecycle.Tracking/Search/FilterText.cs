using System.Globalization;
using System.Text;

namespace Lifecycle.Tracking;

/// <summary>A filter as one text that says everything it asks: equal filters give equal texts.</summary>
internal static class FilterText
{
    public static string Of(RunFilter filter)
    {
        StringBuilder text = new();
        Write(text, filter);
        return text.ToString();
    }

    private static void Write(StringBuilder text, RunFilter filter)
    {
        switch (filter)
        {
            case NotFilter not:
                text.Append("NOT(");
                Write(text, not.Inner);
                text.Append(')');
                break;
            case JoinFilter join:
                text.Append(join.IsAnd ? "AND(" : "OR(");
                foreach (RunFilter part in FilterSql.Parts(join, join.IsAnd))
                {
                    Write(text, part);
                    text.Append(';');
                }

                text.Append(')');
                break;
            case TestFilter test:
                text.Append(CultureInfo.InvariantCulture, $"{test.Field} {test.Test} {test.Key.Length}:{test.Key}");
                foreach (object value in test.Value is string[] list ? list : test.Value is null ? [] : new[] { test.Value })
                {
                    string shown = value is double number ? number.ToString("R", CultureInfo.InvariantCulture) : (string)value;
                    text.Append(CultureInfo.InvariantCulture, $" {shown.Length}:{shown}");
                }

                break;
            default:
                text.Append("EVERY");
                break;
        }
    }
}
