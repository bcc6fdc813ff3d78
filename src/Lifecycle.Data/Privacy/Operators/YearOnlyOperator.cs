using System.Globalization;
using System.Text.Json;

namespace Lifecycle.Data;

/// <summary>The year of a date. Under Safe Harbor a year so long ago that it tells of an age over 89 is taken away.</summary>
internal sealed class YearOnlyOperator(bool withoutOld = false) : ColumnOperator
{
    /// <summary>Somebody born so many years ago may be 90.</summary>
    private const int OldAge = 90;

    public override string Name => "yearOnly";

    public override void Check(TableColumn column)
    {
        if (!IsDate(column))
        {
            throw Refuse(column, "dates");
        }
    }

    public override void Write(Utf8JsonWriter json, DerivationSetting setting)
    {
        if (withoutOld)
        {
            json.WriteNumber("afterYear", setting.Year - OldAge);
        }
    }

    public override CellTransform Compile(TableColumn column, DerivationSetting setting)
    {
        int first = withoutOld ? setting.Year - OldAge + 1 : 0;
        return new Years(first);
    }

    private sealed class Years(int first) : CellTransform
    {
        public override string? Apply(BatchColumn column, int row)
        {
            int year = CellValue.DateOf(column, row).Year;
            return year < first ? null : year.ToString("0000", CultureInfo.InvariantCulture);
        }
    }
}
