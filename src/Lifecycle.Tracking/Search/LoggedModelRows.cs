using System.Globalization;

namespace Lifecycle.Tracking;

/// <summary>Logged models of a page.</summary>
internal static class LoggedModelRows
{
    /// <summary>These models, in this order.</summary>
    public static IReadOnlyList<LoggedModel> Load(SearchSession session, IReadOnlyList<long> rows)
    {
        (string, object?)[] models = [("$models", "[" + string.Join(',', rows.Select(r => r.ToString(CultureInfo.InvariantCulture))) + "]")];
        Dictionary<long, LoggedModel> found = session.Query(
            LoggedModelTable.Records + " WHERE l.id IN (SELECT value FROM json_each($models))", models,
            row => (Row: row.GetInt64(13), Model: LoggedModelTable.ReadRecord(row))).ToDictionary(m => m.Row, m => m.Model);
        return [.. rows.Select(r => found[r])];
    }
}
