using Microsoft.ML;
using Microsoft.ML.Data;

namespace Lifecycle.MLNet.Tests;

public sealed class ColumnBatchViewTests
{
    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    [Fact]
    public void EveryType_HasItsPlace()
    {
        IDataView view = Complete().ToDataView(NumberHandling.Exact);
        Assert.Equal(
            [
                ("text", TextDataViewType.Instance), ("flag", BooleanDataViewType.Instance), ("float", NumberDataViewType.Single),
                ("double", NumberDataViewType.Double), ("int", NumberDataViewType.Int32), ("long", NumberDataViewType.Int64),
                ("date", DateTimeDataViewType.Instance), ("time", (DataViewType)DateTimeDataViewType.Instance),
            ],
            view.Schema.Select(c => (c.Name, c.Type)));
        Assert.Equal(2, view.GetRowCount());
        Assert.Equal(["a", ""], view.GetColumn<string>("text"));
        Assert.Equal([true, false], view.GetColumn<bool>("flag"));
        Assert.Equal([1.5f, -2f], view.GetColumn<float>("float"));
        Assert.Equal([0.1, double.MaxValue], view.GetColumn<double>("double"));
        Assert.Equal([int.MinValue, int.MaxValue], view.GetColumn<int>("int"));
        Assert.Equal([long.MinValue, long.MaxValue], view.GetColumn<long>("long"));
        Assert.Equal([new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc), new DateTime(1999, 12, 31, 0, 0, 0, DateTimeKind.Utc)], view.GetColumn<DateTime>("date"));
        Assert.Equal([Noon, Noon.AddTicks(1)], view.GetColumn<DateTime>("time"));
    }

    [Fact]
    public void Single_MakesEveryNumberAFloat_AndNothingElse()
    {
        IDataView view = Complete().ToDataView();
        Assert.Equal(["float", "double", "int", "long"], view.Schema.Where(c => c.Type == NumberDataViewType.Single).Select(c => c.Name));
        Assert.Equal([0.1f, (float)double.MaxValue], view.GetColumn<float>("double"));
        Assert.Equal([int.MinValue, (float)int.MaxValue], view.GetColumn<float>("int"));
        Assert.Equal([long.MinValue, (float)long.MaxValue], view.GetColumn<float>("long"));
        Assert.Equal(["a", ""], view.GetColumn<string>("text"));
        Assert.Equal([true, false], view.GetColumn<bool>("flag"));
    }

    [Fact]
    public void WhatIsMissing_IsNaN_OrEmpty()
    {
        bool[] valid = [true, false];
        ColumnBatch batch = new(
        [
            BatchColumn.Of<float>("float", (float[])[1, 9], valid), BatchColumn.Of<double>("double", (double[])[2, 9], valid),
            BatchColumn.Of<int>("int", (int[])[3, 9], valid), BatchColumn.Of<long>("long", (long[])[4, 9], valid),
            BatchColumn.Of<string>("text", (string[])["x", "y"], valid), BatchColumn.Of<bool>("flag", (bool[])[true, true], valid),
        ]);
        IDataView single = batch.ToDataView(), exact = batch.ToDataView(NumberHandling.Exact);
        Assert.All((string[])["float", "double", "int", "long"], name => Assert.True(float.IsNaN(single.GetColumn<float>(name).Last()), name));
        Assert.Equal([1f, 2f, 3f, 4f], ((string[])["float", "double", "int", "long"]).Select(name => single.GetColumn<float>(name).First()));
        Assert.Equal([1f, float.NaN], exact.GetColumn<float>("float"));
        Assert.All((string[])["double", "int", "long"], name => Assert.True(double.IsNaN(exact.GetColumn<double>(name).Last()), name));
        Assert.Equal(["x", ""], exact.GetColumn<string>("text"));
        Assert.Equal([true, false], exact.GetColumn<bool>("flag"));
    }

    [Fact]
    public void ThereAndBack_IsTheSame()
    {
        ColumnBatch before = Complete();
        ColumnBatch after = before.ToDataView(NumberHandling.Exact).ToColumnBatch();
        Assert.Equal(before.Columns.Select(c => c.Name), after.Columns.Select(c => c.Name));
        foreach (BatchColumn column in before.Columns.Where(c => c.Name != "date"))
        {
            Assert.Equal(column.GetType(), after[column.Name].GetType());
            Assert.Equal([column[0], column[1]], (object?[])[after[column.Name][0], after[column.Name][1]]);
        }

        Assert.Equal(["int", "text"], before.ToDataView().ToColumnBatch(["int", "text"]).Columns.Select(c => c.Name));
        UnknownColumnException unknown = Assert.Throws<UnknownColumnException>(() => before.ToDataView().ToColumnBatch(["nowhere"]));
        Assert.Contains("nowhere", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void VectorsAndKeys_AreLeftOut_AndRefusedByName()
    {
        MLContext context = new(seed: 1);
        IDataView view = context.Transforms.Concatenate("both", "float", "int").Append(context.Transforms.Conversion.MapValueToKey("key", "text"))
            .Fit(Complete().ToDataView()).Transform(Complete().ToDataView());
        ColumnBatch batch = view.ToColumnBatch();
        Assert.DoesNotContain(batch.Columns, c => c.Name is "both" or "key");
        Assert.Contains("both", Assert.Throws<NotSupportedException>(() => view.ToColumnBatch(["both"])).Message, StringComparison.Ordinal);
        Assert.Contains("both", Assert.Throws<NotSupportedException>(
            () => context.Transforms.SelectColumns("both").Fit(view).Transform(view).ToColumnBatch()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ACursor_GivesOnlyWhatWasAskedFor_InOrder_ManyTimes()
    {
        IDataView view = Complete().ToDataView(NumberHandling.Exact);
        for (int i = 0; i < 2; i++)
        {
            using DataViewRowCursor cursor = view.GetRowCursor([view.Schema["int"]]);
            Assert.True(cursor.IsColumnActive(view.Schema["int"]));
            Assert.False(cursor.IsColumnActive(view.Schema["text"]));
            ValueGetter<int> getter = cursor.GetGetter<int>(view.Schema["int"]);
            Assert.Contains("Int64", Assert.Throws<InvalidOperationException>(() => cursor.GetGetter<long>(view.Schema["int"])).Message, StringComparison.Ordinal);
            List<int> values = [];
            while (cursor.MoveNext())
            {
                int value = 0;
                getter(ref value);
                values.Add(value);
            }

            Assert.Equal([int.MinValue, int.MaxValue], values);
        }
    }

    private static ColumnBatch Complete() => new(
    [
        BatchColumn.Of<string>("text", (string[])["a", ""]), BatchColumn.Of<bool>("flag", (bool[])[true, false]),
        BatchColumn.Of<float>("float", (float[])[1.5f, -2]), BatchColumn.Of<double>("double", (double[])[0.1, double.MaxValue]),
        BatchColumn.Of<int>("int", (int[])[int.MinValue, int.MaxValue]), BatchColumn.Of<long>("long", (long[])[long.MinValue, long.MaxValue]),
        BatchColumn.Of<DateOnly>("date", (DateOnly[])[new(2026, 3, 1), new(1999, 12, 31)]), BatchColumn.Of<DateTime>("time", (DateTime[])[Noon, Noon.AddTicks(1)]),
    ]);
}
