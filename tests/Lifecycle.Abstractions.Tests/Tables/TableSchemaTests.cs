namespace Lifecycle.Tests;

public sealed class TableSchemaTests
{
    private static readonly TableSchema Schema = new(new TableColumn("deny", ColumnType.Boolean), new TableColumn("lvrat", ColumnType.Double, Nullable: true));

    [Fact]
    public void Columns_AreFoundByNameAndPlace()
    {
        Assert.Equal((2, 1, -1, 1), (Schema.Count, Schema.IndexOf("lvrat"), Schema.IndexOf("LVRAT"), Schema.PositionOf("lvrat")));
        Assert.Equal("deny", Schema[0].Name);
        Assert.Same(Schema[1], Schema["lvrat"]);
        Assert.True(Schema.TryGet("deny", out TableColumn? column));
        Assert.Same(Schema[0], column);
        Assert.False(Schema.TryGet("x", out column));
        Assert.Null(column);
        Assert.Equal("deny Boolean, lvrat Double?", Schema.ToString());
        Assert.Contains("deny, lvrat", Assert.Throws<UnknownColumnException>(() => Schema["x"]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Schemas_AreEqualWhenTheirColumnsAre()
    {
        TableSchema same = new(Schema.ToArray());
        Assert.Equal(Schema, same);
        Assert.Equal(Schema.GetHashCode(), same.GetHashCode());
        Assert.False(Schema.Equals(new TableSchema(Schema.Reverse().ToArray())));
        Assert.False(Schema.Equals(new TableSchema(Schema[0])));
        Assert.False(Schema.Equals(new TableSchema(Schema[0], Schema[1] with { Nullable = false })));
        Assert.False(Schema.Equals(null));
    }

    [Fact]
    public void NamesThatAreEmptyOrDouble_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new TableSchema(new TableColumn("", ColumnType.Int32)));
        Assert.Contains("'a'", Assert.Throws<ArgumentException>(() => new TableSchema(new TableColumn("a", ColumnType.Int32), new TableColumn("a", ColumnType.Double))).Message, StringComparison.Ordinal);
    }
}
