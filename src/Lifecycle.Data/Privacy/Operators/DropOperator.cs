namespace Lifecycle.Data;

/// <summary>The column is not there afterwards.</summary>
internal sealed class DropOperator : ColumnOperator
{
    public override string Name => "drop";

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) => new TextTransform(_ => null);
}
