namespace Lifecycle.Tests;

public sealed class BatchColumnTests
{
    [Fact]
    public void Numbers_BecomeDoubles_AndNullBecomesNaN()
    {
        bool[] valid = [true, false, true];
        Assert.Equal([1.5, double.NaN, -2], BatchColumn.Of<double>("x", new[] { 1.5, 9, -2 }, valid).ToDoubles());
        Assert.Equal([1.5, double.NaN, -2], BatchColumn.Of<float>("x", new[] { 1.5f, 9, -2 }, valid).ToDoubles());
        Assert.Equal([1, double.NaN, -2], BatchColumn.Of<int>("x", new[] { 1, 9, -2 }, valid).ToDoubles());
        Assert.Equal([1, double.NaN, -2], BatchColumn.Of<long>("x", new[] { 1L, 9, -2 }, valid).ToDoubles());
        Assert.Equal([1, double.NaN, 0], BatchColumn.Of<bool>("x", new[] { true, true, false }, valid).ToDoubles());
        Assert.Equal([1, 0], BatchColumn.Of<bool>("x", new[] { true, false }).ToDoubles());
        Assert.Contains("String", Assert.Throws<InvalidCastException>(() => BatchColumn.Of<string>("x", new[] { "1" }).ToDoubles()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidCastException>(() => BatchColumn.Of<DateOnly>("x", new[] { DateOnly.MinValue }).ToDoubles());
    }

    [Fact]
    public void ToDoubles_IsACopy()
    {
        double[] values = [1, 2];
        BatchColumn<double> column = BatchColumn.Of<double>("x", values);
        column.ToDoubles()[0] = 9;
        Assert.Equal(1, values[0]);
    }

    [Fact]
    public void Text_IsInvariant_AndGoesBack()
    {
        Assert.Equal("0.1", BatchColumn.Of<double>("x", new[] { 0.1 }).Text(0));
        Assert.Equal("0.1", BatchColumn.Of<float>("x", new[] { 0.1f }).Text(0));
        Assert.Equal("NaN", BatchColumn.Of<double>("x", new[] { double.NaN }).Text(0));
        Assert.Equal("-5", BatchColumn.Of<int>("x", new[] { -5 }).Text(0));
        Assert.Equal("true", BatchColumn.Of<bool>("x", new[] { true }).Text(0));
        Assert.Equal("2026-03-04", BatchColumn.Of<DateOnly>("x", new[] { new DateOnly(2026, 3, 4) }).Text(0));
        Assert.Equal("2026-03-04T05:06:07.0000000Z", BatchColumn.Of<DateTime>("x", new[] { new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc) }).Text(0));
        Assert.Equal("", BatchColumn.Of<string>("x", new[] { "" }).Text(0));
        Assert.Null(BatchColumn.Of<string>("x", new[] { "a" }, new[] { false }).Text(0));
    }

    [Fact]
    public void TheType_FollowsFromTheCells()
    {
        Assert.Equal(ColumnType.Single, BatchColumn.Of<float>("x", new[] { 1f }).Column.Type);
        Assert.Equal(ColumnType.Date, BatchColumn.Of<DateOnly>("x", new[] { DateOnly.MinValue }).Column.Type);
        TableColumn column = BatchColumn.Of<int>("x", new[] { 1 }, new[] { true }, DataClassification.Sensitive).Column;
        Assert.Equal(new TableColumn("x", ColumnType.Int32, Nullable: true, DataClassification.Sensitive), column);
        Assert.False(BatchColumn.Of<int>("x", new[] { 1 }).Column.Nullable);
    }

    [Fact]
    public void WhatDoesNotFit_IsRefused()
    {
        Assert.Contains("Decimal", Assert.Throws<ArgumentException>(() => BatchColumn.Of<decimal>("x", new[] { 1m })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => BatchColumn.Of<DayOfWeek>("x", new[] { DayOfWeek.Friday }));
        Assert.Throws<ArgumentException>(() => BatchColumn.Of<int>("x", new[] { 1, 2 }, new[] { true }));
        Assert.Throws<ArgumentException>(() => new BatchColumn<int>(new TableColumn("x", ColumnType.Double), new[] { 1 }));
        Assert.Throws<ArgumentException>(() => new ColumnBatch([BatchColumn.Of<int>("", new[] { 1 })]));
    }
}
