namespace Lifecycle.Data;

/// <summary>The column stays as it is.</summary>
internal sealed class KeepOperator : ColumnOperator
{
    public override string Name => "keep";

    public override CellTransform Compile(TableColumn column, DerivationSetting setting) => new Identity();

    private sealed class Identity : CellTransform
    {
        public override bool IsIdentity => true;

        public override string? Apply(BatchColumn column, int row) => column.Text(row);
    }
}
